"""What people fill in here."""

from __future__ import annotations

from typing import Any

from django import forms

from notoneless.bureau.language import gettext_lazy as _


class NewPassword(forms.Form):
    """The first password, or a new one after a reset; typed twice."""

    password = forms.CharField(
        label=_("新密码"),
        help_text=_("至少10个字，不要全是数字，不要用姓名和常见密码"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True}),
    )
    again = forms.CharField(
        label=_("再写一遍"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both must agree."""
        said = super().clean() or self.cleaned_data
        if said.get("password") and said.get("again") and said["password"] != said["again"]:
            self.add_error("again", _("两遍不一样，请重写这一遍"))
        return said
