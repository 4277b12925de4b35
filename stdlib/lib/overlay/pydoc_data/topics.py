"""The texts of help('if'), help('STRINGS') and the like, by the labels that pydoc knows.

They are short accounts of the language in our own words; the reference at https://docs.python.org/3.12/ says everything.
"""


def _topic(title, text):
    return f"{title}\n{'*' * len(title)}\n\n{text.strip(chr(10))}\n"


_STATEMENTS = {
    'assert': ('The "assert" statement', '''
   assert_stmt ::= "assert" expression ["," expression]

"assert test, message" raises "AssertionError(message)" when the test is
false. It is the same as

   if __debug__:
       if not test:
           raise AssertionError(message)

"__debug__" is true unless Python runs with "-O", which leaves assertions
out: they are for checking a program, not its input.
'''),
    'assignment': ('Assignment statements', '''
   assignment_stmt ::= (target_list "=")+ (starred_expression | yield_expression)

The expression on the right is evaluated once; its value is then bound to
each list of targets, from left to right. A target is

* a name: it is bound in the current scope, or in the one that "global" or
  "nonlocal" names;
* an attribute "a.b": "a.__setattr__('b', value)";
* a subscription or slice "a[i]": "a.__setitem__(i, value)";
* a list of targets, in parentheses, in brackets, or bare: the value must
  be an iterable of as many items. One target may be starred ("a, *b = x")
  and receives a list of the items that the others leave.

"target: annotation = value" annotates a name or attribute; the value may be
missing. "name := value" inside an expression binds a name and is the value.
'''),
    'async': ('Coroutines', '''
   async_funcdef   ::= [decorators] "async" "def" funcname "(" [parameter_list] ")" ["->" expression] ":" suite
   async_for_stmt  ::= "async" for_stmt
   async_with_stmt ::= "async" with_stmt

Calling a function defined with "async def" gives a coroutine object; its
body runs when the object is awaited, or given to an event loop as by
"asyncio.run()". Inside it "await", "async for", "async with" and
asynchronous comprehensions are allowed; where they wait, others run. With
"yield" in its body the function makes an asynchronous generator.

"async for" calls "__aiter__()" and awaits "__anext__()" until that raises
"StopAsyncIteration"; "async with" awaits "__aenter__()" and "__aexit__()".
'''),
    'augassign': ('Augmented assignment statements', '''
   augmented_assignment_stmt ::= target augop (expression_list | yield_expression)
   augop                     ::= "+=" | "-=" | "*=" | "@=" | "/=" | "//=" | "%=" | "**="
                                 | ">>=" | "<<=" | "&=" | "^=" | "|="

"x += y" is like "x = x + y", but x is evaluated once, and the operation is
done in place where the object has a method for that ("__iadd__()"): a list
grows, a tuple is replaced. The target is one name, attribute or
subscription.
'''),
    'await': ('Await expression', '''
   await_expr ::= "await" primary

Suspends the coroutine until the awaitable has a result, which is the value
of the expression. Awaitable are coroutines and objects with "__await__()".
Only allowed inside "async def".
'''),
    'break': ('The "break" statement', '''
   break_stmt ::= "break"

Ends the nearest enclosing "for" or "while" loop; its "else" part is not
run. A "finally" that lies between is run on the way out.
'''),
    'class': ('Class definitions', '''
   classdef ::= [decorators] "class" classname [type_params] ["(" [argument_list] ")"] ":" suite

Runs the body in a namespace of its own, makes a class of it, and binds it
to the name. Positional arguments are the base classes; "metaclass=" names
what makes the class ("type" if nothing else); further keywords go to it and
to "__init_subclass__()" of the bases.

What the body binds become attributes of the class, shared by its instances;
methods set the attributes of an instance through "self". Decorators are
applied to the class as to a function; "class C[T]:" makes it generic.
'''),
    'compound': ('Compound statements', '''
   compound_stmt ::= if_stmt | while_stmt | for_stmt | try_stmt | with_stmt | match_stmt
                     | funcdef | classdef | async_with_stmt | async_for_stmt | async_funcdef
   suite         ::= stmt_list NEWLINE | NEWLINE INDENT statement+ DEDENT

A compound statement has clauses; each has a header that ends with a colon
and a suite: simple statements on the same line, or statements indented
below. "match" compares a value with patterns, case by case:

   match command.split():
       case ["go", direction]:
           ...
       case ["quit" | "exit"]:
           ...
       case _:
           ...

Patterns are literals, dotted names (compared), plain names (bound), "_",
sequences, mappings, classes with arguments, alternatives with "|", and "as";
"if" behind a pattern adds a condition.
'''),
    'context-managers': ('With Statement Context Managers', '''
object.__enter__(self)

   What is done when the "with" statement begins; the result is bound to
   the target behind "as".

object.__exit__(self, exc_type, exc_value, traceback)

   What is done when the block is left. The arguments describe the
   exception that left it, or are None. A true result ends the exception;
   it should not be raised again here.

"contextlib.contextmanager" makes one of a generator function.
'''),
    'continue': ('The "continue" statement', '''
   continue_stmt ::= "continue"

Goes on with the next turn of the nearest enclosing loop. A "finally" that
lies between is run first.
'''),
    'del': ('The "del" statement', '''
   del_stmt ::= "del" target_list

Unbinds the targets, from left to right: a name from its scope (a
"NameError" if it is not bound), an attribute ("__delattr__()"), an item or
slice ("__delitem__()"). Objects go when nothing refers to them any more.
'''),
    'else': ('The "else" clause', '''
Behind "if" and "elif": what is done when no condition was true. Behind
"for" and "while": what is done when the loop ended without "break". Behind
"try" and its "except" clauses: what is done when no exception was raised;
exceptions of this part are not handled there. In "a if c else b": the value
when the condition is false.
'''),
    'exceptions': ('Exceptions', '''
An exception breaks off what is done and goes up through the callers until
an "except" clause takes it; one that nobody takes ends the program with a
traceback. They are raised by "raise", and by operations that fail.

An exception is an instance of a class derived from "BaseException"; a
clause takes those of its class and of classes derived from it. Programs
derive theirs from "Exception". While one is handled, another's
"__context__" is the first; "raise new from old" sets "__cause__".
'''),
    'for': ('The "for" statement', '''
   for_stmt ::= "for" target_list "in" starred_list ":" suite ["else" ":" suite]

The expression is evaluated once and must be iterable. For each item the
targets are assigned as by "=", and the suite is run. When there are no more
items, the "else" part is run; "break" leaves the loop without it, and
"continue" goes on with the next item. The names keep their last values
behind the loop. Changing a list that one iterates over skips or repeats
items: iterate over a copy.
'''),
    'function': ('Function definitions', '''
   funcdef        ::= [decorators] "def" funcname [type_params] "(" [parameter_list] ")" ["->" expression] ":" suite
   parameter_list ::= [parameter ("," parameter)* "," "/"] [parameters] ["*" [name]] [keyword_only] ["**" name]
   parameter      ::= name [":" annotation] ["=" default]

Makes a function and binds it to the name; the body runs at each call.
Defaults are evaluated once, when the definition is: use None in place of a
list that each call needs for itself. Parameters before "/" are given by
position only, those behind "*" by name only; "*args" takes further
positional arguments as a tuple, "**kwargs" further named ones as a dict.

"@decorator" above the definition binds the name to
"decorator(function)" instead. A function with "yield" makes a generator.
'''),
    'global': ('The "global" statement', '''
   global_stmt ::= "global" name ("," name)*

The names are those of the module, throughout the block: assigning to them
changes the module's. Needed only for binding; reading finds them anyway. It
must stand before the names are used.
'''),
    'if': ('The "if" statement', '''
   if_stmt ::= "if" assignment_expression ":" suite
               ("elif" assignment_expression ":" suite)*
               ["else" ":" suite]

Runs the suite of the first condition that is true, and no other; the "else"
suite if none is. What counts as true is in TRUTHVALUE.

As an expression, "a if condition else b" evaluates one of the two.
'''),
    'import': ('The "import" statement', '''
   import_stmt ::= "import" module ["as" name] ("," module ["as" name])*
                   | "from" relative_module "import" name ["as" name] ("," name ["as" name])*
                   | "from" relative_module "import" "*"

"import a.b" finds and runs the module "a", then "a.b", unless they are in
"sys.modules" already, and binds the name "a"; "import a.b as c" binds "c" to
the submodule. "from m import x" binds attributes of the module, or its
submodules; "from m import *" all names that "__all__" lists, or else all
that do not begin with an underscore. Leading dots count packages upwards
from the one that the module is in.

Modules are looked for along "sys.path"; a missing one is a
"ModuleNotFoundError". "from __future__ import feature" turns on what later
versions do; it stands at the top of the file.
'''),
    'nonlocal': ('The "nonlocal" statement', '''
   nonlocal_stmt ::= "nonlocal" name ("," name)*

The names are those of the nearest enclosing function that binds them;
assigning changes them there. It is an error if there is none.
'''),
    'pass': ('The "pass" statement', '''
   pass_stmt ::= "pass"

Does nothing. It stands where a statement is needed:

   class Empty: pass
'''),
    'raise': ('The "raise" statement', '''
   raise_stmt ::= "raise" [expression ["from" expression]]

Raises an exception: an instance, or a class, which is called without
arguments. Alone, it raises the exception that is being handled once more.
"from" says what the cause was ("__cause__"), and "from None" hides the
exception being handled from the traceback.
'''),
    'return': ('The "return" statement', '''
   return_stmt ::= "return" [expression_list]

Leaves the function; its call has the value of the expression, or None. A
"finally" is run on the way. In a generator the value is that of its
"StopIteration".
'''),
    'try': ('The "try" statement', '''
   try_stmt ::= "try" ":" suite
                ("except" [expression ["as" name]] ":" suite)+
                ["else" ":" suite]
                ["finally" ":" suite]
              | "try" ":" suite
                ("except" "*" expression ["as" name] ":" suite)+
                ["else" ":" suite]
                ["finally" ":" suite]
              | "try" ":" suite "finally" ":" suite

When the first suite raises, the "except" clauses are looked at in turn; the
first whose class (or one of a tuple of classes) fits is run. Its name is
bound to the exception and unbound at the clause's end. A bare "except:"
comes last and takes everything. "else" is run when nothing was raised,
"finally" in every case, last; a "return" in it replaces an exception.

"except*" handles the exceptions of a group that are of a class, and leaves
the others to the next clauses.
'''),
    'while': ('The "while" statement', '''
   while_stmt ::= "while" assignment_expression ":" suite ["else" ":" suite]

Runs the suite as long as the condition is true, then the "else" part.
"break" leaves the loop without it; "continue" tests the condition again.
'''),
    'with': ('The "with" statement', '''
   with_stmt ::= "with" ("(" with_item ("," with_item)* [","] ")" | with_item ("," with_item)*) ":" suite
   with_item ::= expression ["as" target]

Runs a block between "__enter__()" and "__exit__()" of an object, the second
also when the block is left by an exception, "return" or "break":

   with open(name) as file:
       text = file.read()

Several items are as nested statements.
'''),
    'yield': ('Yield expressions', '''
   yield_expression ::= "yield" [expression_list | "from" expression]

Makes the function a generator: calling it gives an iterator, and each
"next()" runs the body up to the next "yield", whose expression is the item.
The value of "yield" itself is what "send()" gave, else None. "throw()"
raises an exception where the generator waits; "close()" ends it.

"yield from iterable" passes on all items of another iterator, and what is
sent to it; its value is what a generator returned.
'''),
}

_EXPRESSIONS = {
    'atom-identifiers': ('Identifiers (Names)', '''
A name as an expression has the value it is bound to: in the function, in
the functions around it, in the module, in "builtins"; "NameError" if
nowhere. In a class body, names that begin with two underscores and do not
end with them are private: "__x" in class "C" is "_C__x".
'''),
    'atom-literals': ('Literals', '''
   literal ::= stringliteral | bytesliteral | integer | floatnumber | imagnumber

A literal has the value that it shows: str, bytes, int, float or complex.
They do not change; equal literals may be the same object. Strings side by
side are one string.
'''),
    'attribute-access': ('Customizing attribute access', '''
object.__getattribute__(self, name)
   Called for each "x.name". The usual one looks for a data descriptor in
   the class, then into the instance's "__dict__", then for other attributes
   of the class, and raises "AttributeError".

object.__getattr__(self, name)
   Called when that raised "AttributeError".

object.__setattr__(self, name, value), object.__delattr__(self, name)
   Called for assignment and "del".

object.__dir__(self)
   Called by "dir()".

Descriptors are objects in a class with "__get__(self, instance, owner)",
"__set__(self, instance, value)" or "__delete__(self, instance)":
properties, functions, "classmethod". "__set_name__(self, owner, name)" is
called when the class is made. "__slots__" in a class lists the attributes
of its instances, which then have no "__dict__".
'''),
    'attribute-references': ('Attribute references', '''
   attributeref ::= primary "." identifier

The attribute of an object with that name; see ATTRIBUTEMETHODS for how it
is found.
'''),
    'binary': ('Binary arithmetic operations', '''
   m_expr ::= u_expr | m_expr ("*" | "@" | "//" | "/" | "%") m_expr
   a_expr ::= m_expr | a_expr ("+" | "-") m_expr

"/" divides exactly, "//" rounds the quotient down, "%" is the rest, with
the sign of the right operand: "x == (x // y) * y + (x % y)". "*" repeats a
sequence, "+" joins two, "%" formats a string; "@" is for matrices. Numbers
of different types are made alike first.
'''),
    'bitwise': ('Binary bitwise operations', '''
   and_expr ::= shift_expr | and_expr "&" shift_expr
   xor_expr ::= and_expr | xor_expr "^" and_expr
   or_expr  ::= xor_expr | or_expr "|" xor_expr

AND, exclusive OR and OR of the bits of integers; intersection, symmetric
difference and union of sets; "|" also joins dicts, and types.
'''),
    'booleans': ('Boolean operations', '''
   or_test  ::= and_test | or_test "or" and_test
   and_test ::= not_test | and_test "and" not_test
   not_test ::= comparison | "not" not_test

"x and y" is x if that is false, else y; "x or y" is x if that is true, else
y; the second is evaluated only if needed. "not x" is True or False.
'''),
    'calls': ('Calls', '''
   call          ::= primary "(" [argument_list [","] | comprehension] ")"
   argument_list ::= (expression | "*" expression | name "=" expression | "**" expression) ("," ...)*

Calls a function, method, class or an object with "__call__()". Positional
arguments come before named ones; "*x" gives the items of an iterable, "**d"
those of a mapping by name. A parameter that gets two values, an unknown
name, or a parameter without a value is a "TypeError". All are evaluated
before the call.
'''),
    'comparisons': ('Comparisons', '''
   comparison    ::= or_expr (comp_operator or_expr)*
   comp_operator ::= "<" | ">" | "==" | ">=" | "<=" | "!=" | "is" ["not"] | ["not"] "in"

The result is True or False, unless a type says otherwise. "a < b < c" is
"a < b and b < c" with b evaluated once. "==" compares values, "is" asks
whether both are one object, "in" whether a container has an item. Values of
types that do not know each other are not equal, and have no order
("TypeError"). Sequences are compared item by item.
'''),
    'dict': ('Dictionary displays', '''
   dict_display ::= "{" [(expression ":" expression | "**" or_expr) ("," ...)* | dict_comprehension] "}"

A new dict of these items, evaluated from left to right; a key that comes
again has the last value. "**mapping" adds the items of another.
"{k: v for k, v in pairs if v}" makes one from a loop.
'''),
    'exprlists': ('Expression lists', '''
   expression_list ::= expression ("," expression)* [","]

Expressions with a comma between them are a tuple; a single one needs the
comma at its end: "1,". "()" is the empty tuple. "*iterable" among them
stands for its items. Evaluation is from left to right.
'''),
    'floating': ('Floating-point literals', '''
   floatnumber ::= digits "." [digits] [exponent] | "." digits [exponent] | digits exponent
   exponent    ::= ("e" | "E") ["+" | "-"] digits

Examples: "3.14", "10.", ".001", "1e100", "3.14_15e-10". Underscores may
stand between digits. Numbers are IEEE doubles.
'''),
    'identifiers': ('Identifiers and keywords', '''
Names are letters, digits and underscores, not beginning with a digit;
letters of all scripts count (Unicode's XID_Start and XID_Continue), and
names are compared in their normal form NFKC. Case matters. Keywords, which
"help('keywords')" lists, are not names; "match", "case", "type" and "_" are
special only in their statements.
'''),
    'id-classes': ('Reserved classes of identifiers', '''
_*       Not imported by "from module import *". "_" alone is the last result
         at the prompt, and the pattern that fits everything.
__*__    Names that the language gives a meaning.
__*      Private to a class: the class's name is put in front of them.
'''),
    'imaginary': ('Imaginary literals', '''
   imagnumber ::= (floatnumber | digits) ("j" | "J")

A complex number whose real part is 0: "3j", "1e100j". "2+3j" is a sum.
'''),
    'in': ('Membership test operations', '''
"x in s" is true if s has x as a member: an equal item of a sequence or set,
a key of a dict, a part of a string. Objects say so with "__contains__()",
else by iterating. "not in" is the opposite.
'''),
    'integers': ('Integer literals', '''
   integer ::= nonzerodigit (["_"] digit)* | "0" (["_"] "0")*
               | "0" ("b" | "B") bits | "0" ("o" | "O") octals | "0" ("x" | "X") hexadecimals

Of any size: "7", "2_147_483_647", "0o177", "0b1001", "0xdead_beef". A
number other than zero does not begin with 0.
'''),
    'lambda': ('Lambdas', '''
   lambda_expr ::= "lambda" [parameter_list] ":" expression

A function without a name, whose result is the expression:
"sorted(words, key=lambda w: w.lower())". It has no statements and no
annotations.
'''),
    'lists': ('List displays', '''
   list_display ::= "[" [starred_list | comprehension] "]"

A new list of these items. "[f(x) for x in items if x]" makes one from
loops; the names of the loops are the comprehension's own.
'''),
    'numbers': ('Numeric literals', '''
Integers, floating-point numbers and imaginary ones; no sign is part of
them: "-1" is the operator and 1. See the topics INTEGER, FLOAT, COMPLEX.
'''),
    'operator-summary': ('Operator precedence', '''
From what binds least to what binds most:

   :=
   lambda
   if - else
   or
   and
   not x
   in, not in, is, is not, <, <=, >, >=, !=, ==
   |
   ^
   &
   <<, >>
   +, -
   *, @, /, //, %
   +x, -x, ~x
   **
   await x
   x[i], x[i:j], x(...), x.name
   (...), [...], {...}

Operators of a row group from the left, but "**" and "if - else" from the
right, and comparisons chain. "2**-1" is 0.5: what stands right of "**" may
have a sign.
'''),
    'power': ('The power operator', '''
   power ::= (await_expr | primary) ["**" u_expr]

"x ** y" is x to the power of y; "-1 ** 2" is -1. Integers with a negative
exponent give a float; negative numbers with a fraction give a complex.
'''),
    'shifting': ('Shifting operations', '''
   shift_expr ::= a_expr | shift_expr ("<<" | ">>") a_expr

"x << n" is x times 2**n, "x >> n" is x // 2**n, for integers; n is not
negative.
'''),
    'slicings': ('Slicings', '''
   slicing ::= primary "[" [lower] ":" [upper] [":" [step]] "]"

The items of a sequence from lower up to, not including, upper: "a[1:3]",
"a[:-1]", "a[::2]", "a[::-1]". Negative numbers count from the end; limits
beyond it are cut. The object gets a "slice" object, and a tuple of them for
"a[1:2, ::3]". Slices of lists can be assigned and deleted.
'''),
    'strings': ('String and Bytes literals', '''
   stringliteral ::= [prefix] (shortstring | longstring)
   prefix        ::= "r" | "u" | "f" | "fr" | "b" | "br"   (in either case and order)

In quotes of either kind; between three quotes also over several lines. "r"
keeps backslashes, "b" makes bytes, "f" evaluates expressions in braces:
f"{name!r:>10}". Else a backslash begins one of

   \\\\  \\'  \\"   the character itself      \\newline  nothing
   \\a \\b \\f \\n \\r \\t \\v               control characters
   \\ooo  \\xhh                          by octal or hexadecimal number
   \\N{name}  \\uxxxx  \\Uxxxxxxxx         Unicode characters (not in bytes)

Others are kept as they are, with a warning. Strings side by side are one.
'''),
    'subscriptions': ('Subscriptions', '''
   subscription ::= primary "[" expression_list "]"

An item of a container: "__getitem__()" with the expression, a tuple if
there are commas. Sequences take integers, negative ones from the end, and
slices; dicts take keys. A class may have "__class_getitem__()":
"list[int]".
'''),
    'truth': ('Truth Value Testing', '''
False are None, False, zero of any numeric type, empty sequences and
collections, and objects whose "__bool__()" is False or whose "__len__()" is
0. All else is true. Operations that answer a question give True or False,
but "and" and "or" give one of their operands.
'''),
    'unary': ('Unary arithmetic and bitwise operations', '''
   u_expr ::= power | "-" u_expr | "+" u_expr | "~" u_expr

"-x" is the negative, "+x" the number itself, "~x" is "-(x+1)", for
integers.
'''),
    'conversions': ('Arithmetic conversions', '''
Where operands are numbers of different types: if one is complex, the other
is made complex; else if one is a float, the other is made a float; else
both are integers. Other types decide for themselves.
'''),
}

_OBJECTS = {
    'bltin-code-objects': ('Code Objects', '''
What "compile()" makes, and what a function has as "__code__": byte code,
constants and names, without globals. "exec()" and "eval()" run them; "dis"
shows them.
'''),
    'bltin-ellipsis-object': ('The Ellipsis Object', '''
"..." or "Ellipsis", of which there is one. Used in slices of extended
kinds, in annotations, and as a body that is still to be written.
'''),
    'bltin-null-object': ('The Null Object', '''
"None", of which there is one: the result of functions that return nothing.
Test for it with "is None".
'''),
    'bltin-type-objects': ('Type Objects', '''
The types of objects, which "type(x)" gives; "int", "str" and so on are
names of them, and the module "types" has names for the others.
'''),
    'callable-types': ('Emulating callable objects', '''
object.__call__(self[, args...])

   "x(a, b)" is "type(x).__call__(x, a, b)".
'''),
    'customization': ('Basic customization', '''
object.__new__(cls[, ...])        makes an instance
object.__init__(self[, ...])      sets it up
object.__del__(self)              when nothing refers to it any more
object.__repr__(self)             "repr()", for programmers
object.__str__(self)              "str()" and "print()"
object.__bytes__(self)            "bytes()"
object.__format__(self, spec)     "format()" and f-strings
object.__lt__, __le__, __eq__, __ne__, __gt__, __ge__(self, other)
                                  comparisons; NotImplemented leaves it to
                                  the other operand
object.__hash__(self)             "hash()": equal objects, equal hashes; a
                                  class with __eq__() alone has none
object.__bool__(self)             truth; else __len__() is asked
'''),
    'debugger': ('"pdb" - The Python Debugger', '''
"breakpoint()" in a program stops there; "python -m pdb script.py" runs one
under the debugger; "pdb.pm()" looks at where the last exception came from.
At its prompt:

   h(elp)            commands              w(here)     the stack
   n(ext)  s(tep)    one line; into calls  u(p) d(own) other frames
   c(ontinue)        until a breakpoint    r(eturn)    until the end
   b(reak) file:line set a breakpoint      cl(ear)     remove it
   l(ist)  ll        source                a(rgs)      arguments
   p x  pp x         print an expression   !statement  run one
   interact          a prompt there        q(uit)      end
'''),
    'dynamic-features': ('Interaction with dynamic features', '''
Names are looked up when code runs, not when it is compiled. "eval()" and
"exec()" see the names of the block that calls them and the globals, not
those of functions around it; other namespaces can be given to them.
'''),
    'execmodel': ('Execution model', '''
A program is made of blocks: modules, function bodies, class bodies. Each
runs in a frame with a namespace. Names bound in a block are local to it,
unless "global" or "nonlocal" says otherwise; a function sees the names of
the functions around it, but not those of a class body. Then come the
module's globals and "builtins". Using a local name before it is bound is an
"UnboundLocalError".
'''),
    'formatstrings': ('Format String Syntax', '''
   replacement_field ::= "{" [field_name] ["!" ("r" | "s" | "a")] [":" format_spec] "}"
   format_spec       ::= [[fill]align][sign]["z"]["#"]["0"][width][grouping]["." precision][type]

For "str.format()" and f-strings. A field is the number or name of an
argument (an expression in f-strings), with attributes and items: "{0.name}",
"{d[key]}". "{{" and "}}" are braces.

   align  < left   > right   ^ middle   = behind the sign
   sign   + always   - negative only   space
   #      0x and the like; the point always     z  no negative zero
   grouping  "," or "_" between thousands
   type   s | b c d n o x X | e E f F g G n % 

A width or precision may be a field itself: "{:{width}}".
'''),
    'naming': ('Naming and binding', '''
Names refer to objects. They are bound by assignment, parameters, "def",
"class", "import", "for", "with ... as", "except ... as", patterns of "match"
and ":=". A name bound anywhere in a block is local to the whole block.
'''),
    'numeric-types': ('Emulating numeric types', '''
   x + y   __add__       x - y   __sub__       x * y   __mul__
   x @ y   __matmul__    x / y   __truediv__   x // y  __floordiv__
   x % y   __mod__       divmod  __divmod__    x ** y  __pow__
   x << y  __lshift__    x >> y  __rshift__
   x & y   __and__       x ^ y   __xor__       x | y   __or__

With "r" in front ("__radd__") they are tried on the right operand if the
left one gives NotImplemented, and first if its class is derived from the
left one's; with "i" ("__iadd__") they are for "+=" and its like.

   -x  __neg__   +x  __pos__   abs(x)  __abs__   ~x  __invert__
   complex()  __complex__   int()  __int__   float()  __float__
   as an index  __index__
   round()  __round__   math.trunc, floor, ceil  __trunc__ ...
'''),
    'objects': ('Objects, values and types', '''
Every object has an identity ("id()", "is"), a type ("type()") and a value.
Some can change (list, dict, set), others not (numbers, str, tuple). A
container refers to other objects. Objects are freed when nothing refers to
them; those that refer to each other in a circle, by the collector ("gc").
Close files yourself, or with "with".
'''),
    'sequence-types': ('Emulating container types', '''
object.__len__(self)                      len()
object.__length_hint__(self)              an estimate of it
object.__getitem__(self, key)             x[key]
object.__setitem__(self, key, value)      x[key] = value
object.__delitem__(self, key)             del x[key]
object.__missing__(self, key)             a key that a dict lacks
object.__iter__(self)                     iter(), for
object.__reversed__(self)                 reversed()
object.__contains__(self, item)           item in x

Sequences raise "IndexError" beyond their end, mappings "KeyError".
'''),
    'specialattrs': ('Special Attributes', '''
object.__dict__             the attributes of an object
instance.__class__          its class
class.__bases__             the base classes
definition.__name__         the name of a class, function, descriptor
definition.__qualname__     the name with those around it
definition.__type_params__  the type parameters of a generic
class.__mro__               where methods are looked for, in order
class.__subclasses__()      the classes derived from it
'''),
    'specialnames': ('Special method names', '''
Classes say with methods of special names what operators and built-in
functions do with their instances. They are looked up in the class, not in
the instance. None as such a method says that the operation is not there.
See the topics BASICMETHODS, ATTRIBUTEMETHODS, CALLABLEMETHODS,
SEQUENCEMETHODS, MAPPINGMETHODS, NUMBERMETHODS.
'''),
    'string-methods': ('String Methods', '''
Case:      capitalize casefold lower swapcase title upper
Tests:     endswith isalnum isalpha isascii isdecimal isdigit isidentifier
           islower isnumeric isprintable isspace istitle isupper startswith
Search:    count find index rfind rindex
Change:    expandtabs removeprefix removesuffix replace translate maketrans
Parts:     partition rpartition rsplit split splitlines join
Space:     center ljust lstrip rjust rstrip strip zfill
Other:     encode format format_map

All give new strings. "help(str.name)" tells of each.
'''),
    'types': ('The standard type hierarchy', '''
None, NotImplemented, Ellipsis    one object each
numbers       int, bool, float, complex
sequences     str, tuple, bytes (do not change); list, bytearray (change)
sets          set, frozenset
mappings      dict
callables     functions, methods, generator and coroutine functions,
              built-in functions, classes, objects with __call__()
modules       attributes are the names that the module binds
classes and their instances
files         objects of the module io
internals     code, frames, tracebacks, slices, static and class methods
'''),
    'typesfunctions': ('Functions', '''
Function objects are made by "def" and "lambda"; one calls them. There are
built-in ones and those of programs, used alike.
'''),
    'typesmapping': ('Mapping Types - "dict"', '''
   d[k]  d[k] = v  del d[k]  k in d  len(d)  list(d)  d | e  d |= e
   clear copy fromkeys get items keys pop popitem setdefault update values

Keys are objects with a hash: equal keys are one. Items keep the order in
which they came. "keys()", "values()" and "items()" are views of the dict as
it is; its size must not change while one iterates.
'''),
    'typesmethods': ('Methods', '''
Functions that are called through an attribute of an object. Of an instance
a function of the class becomes a bound method: "m.__self__" is the
instance, "m.__func__" the function, and the instance is the first argument.
'''),
    'typesmodules': ('Modules', '''
"import" gives them; one uses their attributes, which are in "m.__dict__".
"__name__", "__file__", "__doc__" and "__spec__" tell of the module.
'''),
    'typesseq': ('Sequence Types - "list", "tuple", "range"', '''
   x in s   x not in s   s + t   s * n   s[i]   s[i:j:k]
   len(s)   min(s)   max(s)   s.index(x)   s.count(x)

Of all sequences; negative indices count from the end. Lists change, tuples
do not, ranges are numbers computed when asked for. "s * n" repeats the
references, not the objects.
'''),
    'typesseq-mutable': ('Mutable Sequence Types', '''
   s[i] = x     s[i:j] = t     del s[i:j]     s[i:j:k] = t    s += t   s *= n
   append(x)  clear()  copy()  extend(t)  insert(i, x)  pop([i])
   remove(x)  reverse()          and of lists: sort(*, key=None, reverse=False)

They change the sequence and give None, but "pop" and "copy".
'''),
}

topics = {
    label: _topic(title, text)
    for group in (_STATEMENTS, _EXPRESSIONS, _OBJECTS)
    for label, (title, text) in group.items()
}
