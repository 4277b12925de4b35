"""Renders mako templates: control lines, blocks, defs, inheritance, filters, the module source it makes."""

from mako.exceptions import text_error_template
from mako.lookup import TemplateLookup
from mako.template import Template

lookup = TemplateLookup()
lookup.put_string("base", "<html>${self.body()}<%block name='foot'>base foot</%block></html>")
lookup.put_string(
    "page",
    """<%inherit file="base"/>\\
<%!
    def shout(text):
        return text.upper() + "!"
%>
<%def name="row(item, n=1)"><td>${item | h} ${n}</td></%def>
% for i, item in enumerate(items):
    % if loop.even:
${row(item, n=i)}
    % else:
${item | shout, trim}
    % endif
% endfor
<%block name="foot">page foot ${len(items)}</%block>
<% total = sum(range(10)) %>${total}
## a comment
<%text>${not rendered}</%text>
<%call expr="wrapper()">inside</%call>
<%def name="wrapper()">[${caller.body()}]</%def>
""",
)
print(lookup.get_template("page").render(items=["a", "<b>", "c & d"]))
template = Template("hello ${name}! % done \\\n<%page args='x=3'/>${x * 2}", uri="own")
print(template.render(name="world"))
print([line for line in template.code.splitlines() if "_modified_time" not in line])
try:
    Template("${a.missing.b}").render(a="x")
except AttributeError as err:
    print(type(err).__name__, err)
try:
    Template("% if x:\nno end")
except Exception as err:
    print(type(err).__name__, err)
