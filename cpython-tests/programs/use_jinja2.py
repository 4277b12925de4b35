"""Renders jinja2 templates: inheritance, macros, filters, loops, tests, escaping, whitespace, errors."""

from jinja2 import DictLoader, Environment, StrictUndefined, TemplateSyntaxError, UndefinedError
from jinja2.sandbox import SandboxedEnvironment

PAGES = {
    "base": "<html>{% block head %}<title>{% block title %}-{% endblock %}</title>{% endblock %}"
    "{% block body required %}{% endblock %}</html>",
    "page": "{% extends 'base' %}{% import 'forms' as forms %}{% block title %}{{ title|e }}{% endblock %}"
    "{% block body %}{{ forms.field('a', value='<x>') }}{% for u in users|sort(attribute='name') %}\n"
    "{{ loop.index }}/{{ loop.length }} {{ u.name|upper }} {{ '%05.1f'|format(u.age) }}"
    "{% if not loop.last %}, {% endif %}{% else %}none{% endfor %}{{ self.title() }}{% endblock %}",
    "forms": "{% macro field(name, value='', kind='text') -%}\n<input name={{ name }} value='{{ value|e }}' "
    "type={{ kind }}>{{ caller() if caller else '' }}{%- endmacro %}",
    "mixed": "{% set ns = namespace(total=0) %}{% for x in range(5) if x is odd %}{% set ns.total = ns.total + x %}"
    "{{ x }};{% endfor %}{{ ns.total }} {{ [1, 2, 3, 4]|batch(2)|list }} {{ {'b': 1, 'a': 2}|dictsort }} "
    "{{ 'some long text to wrap'|wordwrap(8) }} {{ 'a b'|urlencode }} {{ [3, 1]|sum }} {{ 1234567|filesizeformat }} "
    "{{ (1, 2)|tojson }} {{ 'x'|center(5) }}|{% raw %}{{ raw }}{% endraw %}{# no #}{{ 7 // 2 ** 2 }} {{ 'a' ~ 1 }}"
    "{% filter upper %}filtered{% endfilter %}{% with a = 5 %}{{ a }}{% endwith %}",
}


class User:
    def __init__(self, name, age):
        self.name = name
        self.age = age


users = [User("zoe", 31.25), User("<adam>", 4), User("Émile", 100)]
for auto in False, True:
    environment = Environment(loader=DictLoader(PAGES), autoescape=auto, trim_blocks=True, lstrip_blocks=auto)
    environment.filters["twice"] = lambda s: s * 2
    print(environment.get_template("page").render(title="a < b", users=users))
    print(environment.get_template("mixed").render())
    print(environment.from_string("{{ 'ab'|twice }}{{ x is defined }}{{ nothing }}").render())
    print(environment.compile("{% for a in b %}{{ a }}{% endfor %}", raw=True))
for text in "{% for %}", "{{ a b }}", "{% endif %}", "{{ 'x' | nofilter }}":
    try:
        Environment().from_string(text)
    except TemplateSyntaxError as err:
        print(type(err).__name__, err, err.lineno)
try:
    Environment(undefined=StrictUndefined).from_string("{{ a.b }}").render()
except UndefinedError as err:
    print(err)
print(SandboxedEnvironment().from_string("{{ ().__class__ }}|").render())
print(list(Environment().lex("{% if a %}x{{ b }}{% endif %}")))
