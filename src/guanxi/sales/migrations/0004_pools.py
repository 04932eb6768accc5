"""What the rules of public pools count from is worked out for customers that were there before."""

from django.db import migrations

FIGURES = """
UPDATE customers_customer c SET open_count = f.open, last_opportunity_at = f.latest, last_won_on = f.won
FROM (SELECT customer_id, count(*) FILTER (WHERE o.code = 'open') AS open, max(p.created_at) AS latest,
             max(p.closed_on) FILTER (WHERE o.code = 'won') AS won
      FROM sales_opportunity p LEFT JOIN kernel_dictionaryvalue o ON o.id = p.outcome
      WHERE p.deleted_at IS NULL GROUP BY customer_id) f
WHERE f.customer_id = c.id;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0004_pools"), ("sales", "0003_lookups"), ("kernel", "0001_initial")]
    operations = [migrations.RunSQL(FIGURES, migrations.RunSQL.noop)]
