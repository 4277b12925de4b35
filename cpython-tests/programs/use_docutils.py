"""Renders a reStructuredText document with the writers named in the arguments."""

import sys

from docutils.core import publish_parts, publish_string

TEXT = """
=======
A title
=======

:Author: Somebody
:Version: 1.0

.. contents::

First
=====

Some *emphasis*, **strength**, ``literal``, a link_ and a footnote [1]_, |sub|.

.. |sub| replace:: a *substitution*
.. _link: nowhere.html
.. [1] The note.

- a
- b

  1. one
  2. two

term
    definition

====== =====
left   right
====== =====
1      x
2      y
====== =====

+-----+-----+
| a   | b   |
+-----+-----+
| c         |
+-----------+

.. note:: Take care.

.. code:: python

   def f(): return 1

::

    verbatim

Second
------

:math:`a^2 + b_i`

.. math:: \\sum_{i=0}^n i = \\frac{n(n+1)}{2}

Unknown `reference`_ and :nope:`role`.
"""
quiet = {"report_level": 5, "syntax_highlight": "none", "embed_stylesheet": False, "datestamp": None, "generator": None}
for writer in sys.argv[1:]:
    print("=" * 20, writer)
    print(publish_string(TEXT, writer=writer, settings_overrides=quiet).decode())
print(sorted(publish_parts(TEXT, writer="html5", settings_overrides=quiet)))
