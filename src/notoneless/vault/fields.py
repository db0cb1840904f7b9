"""Columns of Django models that keep a sealed value, and the index to find it by.

    id_number = SealedText(mask=mask_id)
    id_index = BlindIndex(of="id_number", kind="id_number")

Reading the attribute gives a `Sealed`: printed, logged or put into a page it shows its mask; only
``reveal()`` gives the value, and who calls it says why to the audit log. So a forgotten template tag
shows too little, never too much.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from notoneless import vault
from notoneless.vault.cipher import INDEX_CHARACTERS

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

Mask = Callable[[str], str]


def hide(text: str) -> str:
    """The mask of what has no better one: nothing is shown."""
    return "*" * len(text)


class Sealed:
    """A value that shows its mask and gives itself only when asked by name."""

    __slots__ = ("_blob", "_clear", "_context", "_mask")

    def __init__(
        self, context: str, mask: Mask, *, clear: str | None = None, blob: bytes | None = None
    ) -> None:
        self._context, self._mask, self._clear, self._blob = context, mask, clear, blob

    def reveal(self) -> str:
        """The value itself. Record the purpose in the audit log in the same action."""
        if self._clear is None:
            assert self._blob is not None
            self._clear = vault.open_sealed(self._context, self._blob)
        return self._clear

    @property
    def blob(self) -> bytes:
        """What the database keeps; made once, so saving twice writes the same bytes."""
        if self._blob is None:
            assert self._clear is not None
            self._blob = vault.seal(self._context, self._clear)
        return self._blob

    def __str__(self) -> str:
        """The mask."""
        return self._mask(self.reveal())

    def __repr__(self) -> str:
        """Not even the mask: this goes into logs."""
        return f"<Sealed {self._context}>"

    def __bool__(self) -> bool:
        """False for an empty text."""
        return bool(self.reveal())

    def __eq__(self, other: object) -> bool:
        """Equal values, sealed or not."""
        if isinstance(other, Sealed):
            return self.reveal() == other.reveal()
        return self.reveal() == other if isinstance(other, str) else NotImplemented

    def __hash__(self) -> int:
        """As of the value."""
        return hash(self.reveal())

    def __reduce__(self) -> Any:
        """Refuse to be pickled: into a cache or a queue goes a key of a row, never a value."""
        raise TypeError("a sealed value is not pickled; pass the row's key and read it there")


class _SealedAttribute(DeferredAttribute):
    """Seals what is assigned, so that a model never carries a value in the clear."""

    def __set__(self, instance: models.Model, value: object) -> None:
        instance.__dict__[self.field.attname] = self.field.to_python(value)


class SealedText(models.BinaryField):  # type: ignore[type-arg]  # generic in the stubs only
    """A text that the database sees sealed only. It cannot be filtered by; see `BlindIndex`."""

    descriptor_class = _SealedAttribute

    def __init__(self, *args: Any, mask: Mask = hide, **options: Any) -> None:
        options.setdefault("editable", True)
        super().__init__(*args, **options)
        self.mask = mask

    @property
    def context(self) -> str:
        """Which column this is; a value sealed for another does not open here."""
        return f"{self.model._meta.label_lower}.{self.name}"

    def to_python(self, value: Any) -> Sealed | None:
        """A text or bytes of the database as a `Sealed`."""
        if value is None or isinstance(value, Sealed):
            return value
        if isinstance(value, str):
            return Sealed(self.context, self.mask, clear=value)
        return Sealed(self.context, self.mask, blob=bytes(value))

    def from_db_value(self, value: Any, *_how: Any) -> Sealed | None:
        """As read from the database."""
        return None if value is None else Sealed(self.context, self.mask, blob=bytes(value))

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        """What is written: the sealed bytes."""
        sealed = self.to_python(value)
        blob = None if sealed is None else sealed.blob
        return super().get_db_prep_value(blob, connection, prepared)

    def get_lookup(self, lookup_name: str) -> Any:
        """Only ``isnull``: sealed bytes differ each time, so comparing them would find nothing."""
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is sealed: filter by its BlindIndex")
        return super().get_lookup(lookup_name)

    def value_to_string(self, obj: models.Model) -> str:
        """Sealed also in a dump."""
        sealed = self.value_from_object(obj)
        return "" if sealed is None else base64.b64encode(sealed.blob).decode()


class BlindIndex(models.CharField):  # type: ignore[type-arg]  # generic in the stubs only
    """The keyed fingerprint of another column, filled by itself on saving and ``bulk_create``.

    ``bulk_update`` and ``update`` call no ``pre_save`` and do not fill it. To find a row:
    ``Child.objects.filter(id_index=vault.blind("id_number", number))``.
    """

    def __init__(
        self,
        *args: Any,
        of: str = "",
        kind: str = "",
        form: Callable[[str], str] = str.strip,
        **options: Any,
    ) -> None:
        options["max_length"] = INDEX_CHARACTERS
        options.setdefault("null", True)
        options.setdefault("editable", False)
        options.setdefault("db_index", not options.get("unique", False))
        super().__init__(*args, **options)
        self.of, self.kind, self.form = of, kind, form

    def of_value(self, text: str | None) -> str | None:
        """The index of a value, None of nothing."""
        return vault.blind(self.kind, self.form(text)) if text else None

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:  # noqa: ARG002
        """Take the index of the column it belongs to."""
        sealed = getattr(model_instance, self.of)
        value = self.of_value(sealed.reveal() if sealed is not None else None)
        setattr(model_instance, self.attname, value)
        return value
