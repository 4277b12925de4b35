"""Parses and writes the statements of sqlglot's own fixtures in several dialects, and optimises some."""

import hashlib
import os
import sys

source = sys.argv[1]
sys.path.insert(0, source)
import sqlglot
from sqlglot import exp
from sqlglot.optimizer import optimize

with open(os.path.join(source, "tests/fixtures/identity.sql"), encoding="utf-8") as file:
    lines = file.read().splitlines()
for dialect in "duckdb", "bigquery", "snowflake", "tsql":
    made = []
    for line in lines:
        try:
            made.append(sqlglot.transpile(line, write=dialect)[0])
        except Exception as err:
            made.append("%s: %s" % (type(err).__name__, err))
    text = "\n".join(made)
    print(dialect, len(made), hashlib.sha256(text.encode()).hexdigest())
    print("\n".join(made[::40]))
for folder, folders, files in os.walk(os.path.join(source, "tests/fixtures")):
    folders.sort()
    for name in sorted(f for f in files if f.endswith(".sql") and f != "identity.sql"):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            text = file.read()
        for dialect in "postgres", "spark":
            made = []
            try:
                for tree in sqlglot.parse(text, read="snowflake" if "snowflake" in text else None):
                    made.append(tree.sql(dialect, pretty=True, unsupported_level=sqlglot.ErrorLevel.IGNORE) if tree else "")
            except Exception as err:
                made.append("%s: %s" % (type(err).__name__, err))
            print(name, dialect, len(made), hashlib.sha256("\n".join(made).encode()).hexdigest())
print(sqlglot.transpile("SELECT a.b, sum(c) OVER (PARTITION BY d ORDER BY e) AS f FROM t AS a JOIN u USING (k) WHERE x IN (1, 2)", pretty=True)[0])
query = "SELECT x FROM (SELECT y.a AS x, y.b FROM y WHERE y.a > 1 + 2) AS s WHERE s.x < 10 AND NOT (s.b = 3 OR FALSE)"
print(optimize(query, schema={"y": {"a": "int", "b": "int"}}).sql(pretty=True))
tree = sqlglot.parse_one(query)
print(repr(tree), [column.sql() for column in tree.find_all(exp.Column)])
print(tree.transform(lambda node: exp.Literal.number(7) if node.is_int else node).sql())
