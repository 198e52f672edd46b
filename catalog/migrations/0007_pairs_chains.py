from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0006_ranking_chance")]

    operations = [
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[
                    ("ingest", "Ingest"),
                    ("redetect", "Detect cuts again"),
                    ("recut", "Apply a changed cut"),
                    ("rematch", "Match again"),
                    ("loop", "Render a cut"),
                    ("across", "Match across titles"),
                    ("search", "Search by shot or picture"),
                    ("chain", "Find chains"),
                    ("offsets", "Find the best frames"),
                    ("export", "Export"),
                    ("train", "Train a ranking"),
                ],
                max_length=12,
            ),
        ),
    ]
