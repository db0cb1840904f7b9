"""What people fill in here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.language import gettext_lazy as _


class Why(forms.Form):
    """Why a batch goes back, or a payment is given up."""

    reason = forms.CharField(label=_("原因"), max_length=200, help_text=_("不要写姓名和号码"))


class AnswerFile(forms.Form):
    """The bank's answers."""

    file = forms.FileField(
        label=_("银行回盘文件"), help_text=_("xlsx、xls 或 csv，有序号、卡号、金额、结果四列")
    )


class CardFile(forms.Form):
    """Cards of a county's students."""

    county = forms.ModelChoiceField(label=_("县"), queryset=Organisation.objects.none())
    file = forms.FileField(
        label=_("卡号名单"),
        help_text=_("xlsx、xls 或 csv，有身份证号、卡号、开户行、户名四列，号码用文本格式"),
    )

    def __init__(self, *args: Any, counties: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["county"].queryset = counties  # type: ignore[attr-defined]  # a ModelChoiceField
