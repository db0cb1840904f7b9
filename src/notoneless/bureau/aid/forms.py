"""What people fill in here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from notoneless.bureau.accounts.forms import Day, offer
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.aid import rulebook
from notoneless.bureau.aid.models import ChosenObjection, Finding, Ranked, Ranking
from notoneless.bureau.aid.ranking import orders
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.ledger.terms import policy_label
from notoneless.i18n import gettext

LONG = {"rows": 3}


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
        offer(self, "county", counties)


class PaidListFile(CardFile):
    """A list of payments made elsewhere."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = _("资助发放名册")
        self.fields["file"].help_text = _(
            "别的渠道发的款；有姓名、身份证号、资助项目、金额、发放日期"
        )


class Ending(forms.Form):
    """How a person ends a finding."""

    outcome = forms.ChoiceField(label=_("结果"))
    text = forms.CharField(
        label=_("依据"), max_length=200, help_text=_("文号或核实的经过；不要写号码")
    )

    def __init__(self, *args: Any, outcomes: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = dict(Finding.Outcome.choices)
        self.fields["outcome"].choices = [(one, words[one]) for one in outcomes]  # type: ignore[attr-defined]  # a ChoiceField


class CameBack(forms.Form):
    """Money that came back."""

    of = forms.ChoiceField(label=_("哪一笔"))
    amount = forms.DecimalField(
        label=_("追回金额（元）"), min_value=Decimal("0.01"), max_digits=9, decimal_places=2
    )
    day = forms.DateField(label=_("到账日期"), widget=Day)
    paper = forms.CharField(
        label=_("凭证号"), max_length=100, help_text=_("收款凭证的编号；不要写卡号")
    )

    def __init__(self, *args: Any, payments: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["of"].choices = payments  # type: ignore[attr-defined]  # a ChoiceField


class TakenOut(forms.Form):
    """Which lines leave a batch."""

    positions = forms.CharField(
        label=_("序号"), max_length=2000, help_text=_("要撤下的行，用顿号、逗号或空格隔开")
    )
    reason = forms.CharField(label=_("原因"), max_length=200, help_text=_("不要写姓名和号码"))

    def clean_positions(self) -> list[int]:
        """The positions as numbers."""
        parts = re.split(r"[\s、,，;；]+", self.cleaned_data["positions"].strip("、,，;； "))
        if not all(part.isascii() and part.isdigit() for part in parts):
            raise forms.ValidationError(_("只填序号，例如 3、17"))
        return [int(part) for part in parts]


SOURCE = _("文件名和文号；没有文件就写“没有引用文件”，状态选未核实")


class NewAmount(forms.Form):
    """Another amount of a policy from a day on."""

    since = forms.DateField(
        label=_("从哪天起"), widget=Day, help_text=_("春季学期 2 月 1 日，秋季学期 9 月 1 日")
    )
    value = forms.DecimalField(label=_("新标准"), min_value=0, max_digits=11, decimal_places=2)
    source = forms.CharField(label=_("依据"), max_length=150, help_text=SOURCE)
    status = forms.ChoiceField(
        label=_("核实"), choices=[("unverified", _("未核实")), ("verified", _("已核实"))]
    )

    def __init__(self, *args: Any, unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"].help_text = unit

    def clean_value(self) -> int:
        """Fen where it is money, else a whole number."""
        value, money = self.cleaned_data["value"], self.fields["value"].help_text == gettext("元")
        if not money and value != int(value):
            raise forms.ValidationError(gettext("写整数"))
        return int(value * 100) if money else int(value)


class NewText(forms.Form):
    """The lines of one policy, or all of the rulebook, written anew."""

    text = forms.CharField(
        label=_("规则原文"),
        strip=False,
        max_length=1_000_000,
        widget=forms.Textarea(
            attrs={"rows": 22, "spellcheck": "false", "autocomplete": "off", "class": "code"}
        ),
    )
    what = forms.CharField(
        label=_("改了什么"), max_length=200, help_text=_("一句话，审批人先看这句")
    )
    source = forms.CharField(label=_("依据"), max_length=200, help_text=SOURCE)


class NewRanking(forms.Form):
    """A policy with a quota, and whose candidates are ranked together."""

    policy = forms.ChoiceField(label=_("政策"))
    place = forms.ModelChoiceField(
        label=_("学校或县"),
        queryset=Organisation.objects.none(),
        help_text=_("按学校排的选学校，按县排的选县；名额在“规则”里定"),
    )

    def __init__(self, *args: Any, places: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        among = {"school": gettext("按学校排"), "county": gettext("按县排")}
        self.fields["place"].queryset = places  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["policy"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (one.policy, f"{policy_label(one.policy)}（{among[one.among]}）")
            for one in orders().values()
        ]


class OfTerm(forms.Form):
    """A county and one of its terms."""

    county = forms.ModelChoiceField(
        label=_("县"), queryset=Organisation.objects.none(), empty_label=None
    )
    term = forms.ChoiceField(label=_("学期"))

    def __init__(
        self,
        *args: Any,
        counties: QuerySet[Organisation],
        terms: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["county"].queryset = counties  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["term"].choices = terms  # type: ignore[attr-defined]  # a ChoiceField


class NewDelivery(forms.Form):
    """What a school gave to its pupils."""

    school = forms.ModelChoiceField(label=_("学校"), queryset=Organisation.objects.none())
    policy = forms.ChoiceField(label=_("政策"))
    day = forms.DateField(label=_("发放日期"), widget=Day, initial=timezone.localdate)
    paper = forms.CharField(
        label=_("依据"), max_length=200, help_text=_("签收表、入库单或者减免登记表的编号")
    )

    def __init__(self, *args: Any, schools: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school"].queryset = schools  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["policy"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (one.id, str(one.text))
            for one in rulebook.book().policies
            if one.kind in ("in_kind", "waiver")
        ]


class NewLoan(forms.Form):
    """A student loan: who lends, which contract, how much in a school year."""

    lender = forms.CharField(label=_("贷款银行"), max_length=100)
    contract = forms.CharField(
        label=_("合同号"), max_length=40, help_text=_("加密保存，页面上只显示末四位")
    )
    amount = forms.DecimalField(
        label=_("本学年金额"), min_value=0, max_digits=9, decimal_places=2, help_text=_("元")
    )
    signed_on = forms.DateField(label=_("签订日期"), widget=Day)

    def clean_amount(self) -> int:
        """Fen."""
        return int(self.cleaned_data["amount"] * 100)


class NewObjection(forms.Form):
    """What somebody objects, and to which of the chosen."""

    ranked = forms.ModelChoiceField(label=_("对谁"), queryset=Ranked.objects.none())
    text = forms.CharField(
        label=_("异议"), max_length=1000, widget=forms.Textarea(attrs=LONG), help_text=_("加密保存")
    )

    def __init__(self, *args: Any, ranking: Ranking, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = Ranked.objects.filter(ranking=ranking).exclude(tier="").select_related("child")
        field = self.fields["ranked"]
        field.queryset = chosen.order_by("rank")  # type: ignore[attr-defined]  # a ModelChoiceField
        field.label_from_instance = lambda row: f"{row.child.name}　{row.child.class_name}"  # type: ignore[attr-defined]


class SettledObjection(forms.Form):
    """What came of it."""

    outcome = forms.ChoiceField(label=_("结果"), choices=ChosenObjection.Outcome.choices[1:])
    finding = forms.CharField(
        label=_("核实情况"), max_length=1000, widget=forms.Textarea(attrs=LONG)
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, objection: ChosenObjection
    ) -> None:
        super().__init__(data, auto_id=f"objection{objection.pk}_%s")
