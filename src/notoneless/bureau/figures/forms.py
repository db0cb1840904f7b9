"""As of when."""

from django import forms

from notoneless.bureau.accounts.forms import Day
from notoneless.bureau.language import gettext_lazy as _


class AsOf(forms.Form):
    """Which day, as known on which day, which page of records."""

    on = forms.DateField(label=_("截至"), required=False, widget=Day())
    known_on = forms.DateField(label=_("当时所知（截至）"), required=False, widget=Day())
    page = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput())
