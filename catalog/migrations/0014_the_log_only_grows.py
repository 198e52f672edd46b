import django.utils.timezone
from django.db import migrations, models

# A user who is deleted is forgotten in the log too: that is the one change it takes.
GUARD = """
    CREATE FUNCTION promotions_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND NEW.made_by_id IS NULL
            AND to_jsonb(NEW) - 'made_by_id' = to_jsonb(OLD) - 'made_by_id'
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'The log of versions only grows: none of its rows is changed or deleted.'
            USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE TRIGGER promotions_only_grow BEFORE UPDATE OR DELETE ON catalog_promotion
        FOR EACH ROW EXECUTE FUNCTION promotions_only_grow();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0013_findings_like_others"),
    ]

    operations = [
        migrations.AlterField(
            model_name="promotion",
            name="made_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, editable=False
            ),
        ),
        migrations.RunSQL(
            GUARD,
            "DROP FUNCTION promotions_only_grow CASCADE",
        ),
        migrations.AlterField(
            model_name="retrainschedule",
            name="device",
            field=models.CharField(
                blank=True,
                help_text="cpu, cuda or cuda:1; empty: what the worker has.",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="trainingrun",
            name="motion_losses",
            field=models.JSONField(blank=True, default=list),
        ),
    ]
