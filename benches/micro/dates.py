"""datetime, time, calendar and decimal."""

import datetime
import time
from decimal import Decimal

D = datetime.datetime(2024, 5, 6, 7, 8, 9)
E = datetime.datetime(2024, 1, 2)
DELTA = datetime.timedelta(days=1, seconds=5)
UTC = datetime.timezone.utc

EACH = {
    "datetime made": ("", "datetime.datetime(2024, 5, 6, 7, 8, 9)"),
    "date made": ("", "datetime.date(2024, 5, 6)"),
    "timedelta made": ("", "datetime.timedelta(days=1)"),
    "timedelta seconds": ("", "datetime.timedelta(seconds=3.5)"),
    "datetime add": ("", "D + DELTA"),
    "datetime sub": ("", "D - E"),
    "datetime lt": ("", "D < E"),
    "datetime eq": ("", "D == E"),
    "datetime hash": ("", "hash(D)"),
    "datetime attribute": ("", "D.year"),
    "datetime now": ("", "datetime.datetime.now()"),
    "datetime now utc": ("", "datetime.datetime.now(UTC)"),
    "datetime isoformat": ("", "D.isoformat()"),
    "datetime fromisoformat": ("", "datetime.datetime.fromisoformat('2024-05-06T07:08:09')"),
    "datetime strftime": ("", "D.strftime('%Y-%m-%d %H:%M')"),
    "datetime strptime": ("", "datetime.datetime.strptime('2024-05-06', '%Y-%m-%d')"),
    "datetime timestamp": ("", "D.timestamp()"),
    "datetime fromtimestamp": ("", "datetime.datetime.fromtimestamp(1700000000)"),
    "datetime replace": ("", "D.replace(day=3)"),
    "datetime date": ("", "D.date()"),
    "datetime weekday": ("", "D.weekday()"),
    "datetime str": ("", "str(D)"),
    "datetime repr": ("", "repr(D)"),
    "datetime astimezone": ("a = D.replace(tzinfo=UTC)", "a.astimezone(UTC)"),
    "date today": ("", "datetime.date.today()"),
    "timedelta total": ("", "DELTA.total_seconds()"),
    "timedelta add": ("", "DELTA + DELTA"),
    "timedelta mul": ("", "DELTA * 2"),
    "timedelta div": ("", "DELTA / DELTA"),
    "time time": ("", "time.time()"),
    "time perf_counter": ("", "time.perf_counter()"),
    "time monotonic": ("", "time.monotonic()"),
    "time localtime": ("", "time.localtime()"),
    "time strftime": ("", "time.strftime('%Y')"),
    "decimal of str": ("", "Decimal('3.14')"),
    "decimal of int": ("", "Decimal(3)"),
    "decimal add": ("a = Decimal('3.14'); b = Decimal('2.71')", "a + b"),
    "decimal mul": ("a = Decimal('3.14'); b = Decimal('2.71')", "a * b"),
    "decimal div": ("a = Decimal('3.14'); b = Decimal('2.71')", "a / b"),
    "decimal int": ("a = Decimal('3.14')", "a + 1"),
    "decimal lt": ("a = Decimal('3.14'); b = Decimal('2.71')", "a < b"),
    "decimal eq": ("a = Decimal('3.14'); b = Decimal('2.71')", "a == b"),
    "decimal str": ("a = Decimal('3.14')", "str(a)"),
    "decimal quantize": ("a = Decimal('3.14159'); b = Decimal('0.01')", "a.quantize(b)"),
    "decimal sqrt": ("a = Decimal('2')", "a.sqrt()"),
    "decimal hash": ("a = Decimal('2.5')", "hash(a)"),
    "decimal format": ("a = Decimal('2.5')", "f'{a:.2f}'"),
    "decimal float": ("a = Decimal('2.5')", "float(a)"),
    "decimal long": ("a = Decimal(1) / 3; b = Decimal(1) / 7", "a * b"),
}
