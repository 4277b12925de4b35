"""Reads standard input in several ways; formats numbers, dates and text."""

import datetime
import decimal
import fractions
import sys
import textwrap

first = input("prompt> ")
rest = sys.stdin.read()
print(repr(first), len(rest), rest.count("\n"), textwrap.shorten(rest, 60))
for value in 0.1, 1e22, 1.5e-7, 123456.789, float("nan"), -0.0, 2**70, 255:
    print(repr(value), format(value, ">12.4g" if isinstance(value, float) else ">+,d"), f"{value!s:*^30}")
print(decimal.Decimal(2).sqrt(decimal.Context(40)), fractions.Fraction(355, 113).limit_denominator(10), round(2.675, 2))
moment = datetime.datetime(2024, 2, 29, 13, 5, 9, 42, tzinfo=datetime.timezone(datetime.timedelta(hours=5, minutes=30)))
print(moment.isoformat(), moment.strftime("%A %d %B %Y %I:%M:%S.%f %p %j %U %z"), moment.isocalendar(), moment + datetime.timedelta(days=366))
print(datetime.datetime.fromisoformat("2023-06-07T08:09:10.5+02:00").astimezone(datetime.timezone.utc))
