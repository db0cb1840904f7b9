"""The database refuses to change or delete events; the chain's end exists from the start."""

from django.db import migrations

from notoneless.bureau.audit import append_only


def put(apps, schema_editor):
    apps.get_model("audit", "Head").objects.get_or_create(id=1)
    append_only.create(schema_editor.connection)


def take_away(apps, schema_editor):
    append_only.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(put, take_away)]
