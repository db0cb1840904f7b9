"""The database itself keeps the book balanced and append-only; there is one book from the start."""

from django.db import migrations

from notoneless.bureau.ledger import append_only


def put(apps, schema_editor):
    apps.get_model("ledger", "Book").objects.get_or_create(id=1)
    append_only.create(schema_editor.connection)


def take_away(apps, schema_editor):
    append_only.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(put, take_away)]
