//! The grammar of 3.12 as data for the error pass, with the rules that only recognise mistakes (`!!` alternatives).
//!
//! Notation: `name: a | b`; `'x'` token, `"x"` soft keyword, `&x`, `!x`, `~` (no further alternative), `x?`, `x*`, `x+`,
//! `sep.x+`, `v=x` names a part, `=> Tag` says what an expression is, `!! place text` raises. Places: `last`, `next`,
//! `indent`, a part, `a-b` (from a to b), `a..` (from a to where reading stopped), or a named check in `actions`.
//! Left recursion is written as repetition.

/// The rules marked `(memo)`, and those that are left-recursive.
pub(super) const MEMO: &str = "simple_stmt block expression disjunction conjunction inversion star_expression factor \
    await_primary strings arguments star_target target_with_star_atom del_target star_pattern type_param dotted_name bitwise_or \
    bitwise_xor bitwise_and shift_expr sum term primary t_primary";

pub(super) const GRAMMAR: &str = r#"
file: statements? ENDMARKER
interactive: NEWLINE | compound_stmt NEWLINE | simple_stmts
eval: expressions NEWLINE* ENDMARKER
func_type: '(' type_expressions? ')' '->' expression NEWLINE* ENDMARKER
type_expressions: ','.expression+ ',' '*' expression ',' '**' expression | ','.expression+ ',' '*' expression | ','.expression+ ',' '**' expression | '*' expression ',' '**' expression | '*' expression | '**' expression | ','.expression+
statements: statement+
statement: compound_stmt | simple_stmts
simple_stmts: simple_stmt !';' NEWLINE | ';'.simple_stmt+ ';'? NEWLINE
simple_stmt: assignment | &"type" type_alias | star_expressions | &'return' return_stmt | &('import' | 'from') import_stmt | &'raise' raise_stmt | 'pass' | &'del' del_stmt | &'yield' yield_expr | &'assert' assert_stmt | 'break' | 'continue' | &'global' global_stmt | &'nonlocal' nonlocal_stmt
compound_stmt: &('def' | '@' | 'async') function_def | &'if' if_stmt | &('class' | '@') class_def | &('with' | 'async') with_stmt | &('for' | 'async') for_stmt | &'try' try_stmt | &'while' while_stmt | match_stmt
assignment: NAME ':' expression annotated_rhs2? | ('(' single_target ')' | single_subscript_attribute_target) ':' expression annotated_rhs2? | (star_targets '=')+ annotated_rhs !'=' TYPE_COMMENT? | single_target augassign ~ annotated_rhs | ?invalid_assignment
annotated_rhs2: '=' annotated_rhs
annotated_rhs: yield_expr | star_expressions
augassign: '+=' | '-=' | '*=' | '@=' | '/=' | '%=' | '&=' | '|=' | '^=' | '<<=' | '>>=' | '**=' | '//='
return_stmt: 'return' star_expressions?
raise_stmt: 'raise' expression ('from' expression)? | 'raise'
global_stmt: 'global' ','.NAME+
nonlocal_stmt: 'nonlocal' ','.NAME+
del_stmt: 'del' del_targets &(';' | NEWLINE) | ?invalid_del_stmt
assert_stmt: 'assert' expression (',' expression)?
import_stmt: ?invalid_import | 'import' dotted_as_names | import_from
import_from: 'from' ('.' | '...')* dotted_name 'import' import_from_targets | 'from' ('.' | '...')+ 'import' import_from_targets
import_from_targets: '(' import_from_as_names ','? ')' | import_from_as_names !',' | '*' | ?invalid_import_from_targets
import_from_as_names: ','.import_from_as_name+
import_from_as_name: NAME ('as' NAME)?
dotted_as_names: ','.dotted_as_name+
dotted_as_name: dotted_name ('as' NAME)?
dotted_name: NAME ('.' NAME)*
block: NEWLINE INDENT statements DEDENT | simple_stmts | ?invalid_block
decorators: ('@' named_expression NEWLINE)+
class_def: decorators class_def_raw | class_def_raw
class_def_raw: ?invalid_class_def_raw | 'class' NAME type_params? ('(' arguments? ')')? ':' block
function_def: decorators function_def_raw | function_def_raw
function_def_raw: ?invalid_def_raw | 'def' NAME type_params? &&'(' params? ')' ('->' expression)? &&':' func_type_comment? block | 'async' 'def' NAME type_params? &&'(' params? ')' ('->' expression)? &&':' func_type_comment? block
func_type_comment: NEWLINE TYPE_COMMENT &(NEWLINE INDENT) | ?invalid_double_type_comments | TYPE_COMMENT
params: ?invalid_parameters | parameters
parameters: slash_no_default param_no_default* param_with_default* star_etc? | slash_with_default param_with_default* star_etc? | param_no_default+ param_with_default* star_etc? | param_with_default+ star_etc? | star_etc
slash_no_default: param_no_default+ '/' ',' | param_no_default+ '/' &')'
slash_with_default: param_no_default* param_with_default+ '/' ',' | param_no_default* param_with_default+ '/' &')'
star_etc: ?invalid_star_etc | '*' param_no_default param_maybe_default* kwds? | '*' param_no_default_star param_maybe_default* kwds? | '*' ',' param_maybe_default+ kwds? | kwds
kwds: ?invalid_kwds | '**' param_no_default
param_no_default: param ',' TYPE_COMMENT? | param TYPE_COMMENT? &')'
param_no_default_star: param_star ',' TYPE_COMMENT? | param_star TYPE_COMMENT? &')'
param_with_default: param default ',' TYPE_COMMENT? | param default TYPE_COMMENT? &')'
param_maybe_default: param default? ',' TYPE_COMMENT? | param default? TYPE_COMMENT? &')'
param: NAME annotation? => arg
param_star: NAME ':' star_expression
annotation: ':' expression
default: '=' expression | ?invalid_default
if_stmt: ?invalid_if_stmt | 'if' named_expression ':' block elif_stmt | 'if' named_expression ':' block else_block?
elif_stmt: ?invalid_elif_stmt | 'elif' named_expression ':' block elif_stmt | 'elif' named_expression ':' block else_block?
else_block: ?invalid_else_stmt | 'else' &&':' block
while_stmt: ?invalid_while_stmt | 'while' named_expression ':' block else_block?
for_stmt: ?invalid_for_stmt | 'for' star_targets 'in' ~ star_expressions ':' TYPE_COMMENT? block else_block? | 'async' 'for' star_targets 'in' ~ star_expressions ':' TYPE_COMMENT? block else_block? | ?invalid_for_target
with_stmt: ?invalid_with_stmt_indent | 'with' '(' ','.with_item+ ','? ')' ':' block | 'with' ','.with_item+ ':' TYPE_COMMENT? block | 'async' 'with' '(' ','.with_item+ ','? ')' ':' block | 'async' 'with' ','.with_item+ ':' TYPE_COMMENT? block | ?invalid_with_stmt
with_item: expression 'as' star_target &(',' | ')' | ':') | ?invalid_with_item | expression
try_stmt: ?invalid_try_stmt | 'try' &&':' block finally_block | 'try' &&':' block except_block+ else_block? finally_block? | 'try' &&':' block except_star_block+ else_block? finally_block?
except_block: ?invalid_except_stmt_indent | 'except' expression ('as' NAME)? ':' block | 'except' ':' block | ?invalid_except_stmt
except_star_block: ?invalid_except_star_stmt_indent | 'except' '*' expression ('as' NAME)? ':' block | ?invalid_except_stmt
finally_block: ?invalid_finally_stmt | 'finally' &&':' block
match_stmt: "match" subject_expr ':' NEWLINE INDENT case_block+ DEDENT | ?invalid_match_stmt
subject_expr: star_named_expression ',' star_named_expressions? | named_expression
case_block: ?invalid_case_block | "case" patterns guard? ':' block
guard: 'if' named_expression
patterns: open_sequence_pattern | pattern
pattern: as_pattern | or_pattern
as_pattern: or_pattern 'as' pattern_capture_target | ?invalid_as_pattern
or_pattern: '|'.closed_pattern+
closed_pattern: literal_pattern | capture_pattern | wildcard_pattern | value_pattern | group_pattern | sequence_pattern | mapping_pattern | class_pattern
literal_pattern: signed_number !('+' | '-') | complex_number | strings | 'None' | 'True' | 'False'
literal_expr: signed_number !('+' | '-') | complex_number | strings | 'None' | 'True' | 'False'
complex_number: signed_real_number '+' imaginary_number | signed_real_number '-' imaginary_number
signed_real_number: real_number | '-' real_number
real_number: NUMBER => real
imaginary_number: NUMBER => imaginary
signed_number: NUMBER | '-' NUMBER
capture_pattern: pattern_capture_target
pattern_capture_target: !"_" NAME !('.' | '(' | '=')
wildcard_pattern: "_"
value_pattern: attr !('.' | '(' | '=')
attr: NAME ('.' NAME)+
name_or_attr: NAME ('.' NAME)*
group_pattern: '(' pattern ')'
sequence_pattern: '[' maybe_sequence_pattern? ']' | '(' open_sequence_pattern? ')'
open_sequence_pattern: maybe_star_pattern ',' maybe_sequence_pattern?
maybe_sequence_pattern: ','.maybe_star_pattern+ ','?
maybe_star_pattern: star_pattern | pattern
star_pattern: '*' pattern_capture_target | '*' wildcard_pattern
mapping_pattern: '{' '}' | '{' double_star_pattern ','? '}' | '{' ','.key_value_pattern+ ',' double_star_pattern ','? '}' | '{' ','.key_value_pattern+ ','? '}'
key_value_pattern: (literal_expr | attr) ':' pattern
double_star_pattern: '**' pattern_capture_target
class_pattern: name_or_attr '(' ')' | name_or_attr '(' positional_patterns ','? ')' | name_or_attr '(' keyword_patterns ','? ')' | name_or_attr '(' positional_patterns ',' keyword_patterns ','? ')' | ?invalid_class_pattern
positional_patterns: ','.pattern+
keyword_patterns: ','.keyword_pattern+
keyword_pattern: NAME '=' pattern
type_alias: "type" NAME type_params? '=' expression
type_params: '[' ','.type_param+ ','? ']'
type_param: NAME (':' expression)? | '*' NAME ':' e=expression !! star_bound | '*' NAME | '**' NAME ':' e=expression !! dstar_bound | '**' NAME
expressions: expression (',' expression)+ ','? => tuple | expression ',' => tuple | expression
expression: ?invalid_expression | ?invalid_legacy_expression | disjunction 'if' disjunction 'else' expression => conditional | disjunction | lambdef
yield_expr: 'yield' 'from' expression => yield | 'yield' star_expressions? => yield
star_expressions: star_expression (',' star_expression)+ ','? => tuple | star_expression ',' => tuple | star_expression
star_expression: '*' bitwise_or => starred | expression
star_named_expressions: ','.star_named_expression+ ','?
star_named_expression: '*' bitwise_or => starred | named_expression
assignment_expression: NAME ':=' ~ expression => named
named_expression: assignment_expression | ?invalid_named_expression | expression !':='
disjunction: conjunction ('or' conjunction)+ => binary | conjunction
conjunction: inversion ('and' inversion)+ => binary | inversion
inversion: 'not' inversion => binary | comparison
comparison: bitwise_or compare_op_pair+ => comparison | bitwise_or
compare_op_pair: '==' bitwise_or | '!=' bitwise_or | '<=' bitwise_or | '<' bitwise_or | '>=' bitwise_or | '>' bitwise_or | 'not' 'in' bitwise_or | 'in' bitwise_or | 'is' 'not' bitwise_or | 'is' bitwise_or
bitwise_or: bitwise_xor ('|' bitwise_xor)+ => binary | bitwise_xor
bitwise_xor: bitwise_and ('^' bitwise_and)+ => binary | bitwise_and
bitwise_and: shift_expr ('&' shift_expr)+ => binary | shift_expr
shift_expr: sum (('<<' | '>>') sum)+ => binary | sum
sum: term (('+' | '-') term)+ => binary | term
term: factor (('*' | '/' | '//' | '%' | '@') factor)+ => binary | factor
factor: '+' factor => binary | '-' factor => binary | '~' factor => binary | power
power: await_primary '**' factor => binary | await_primary
await_primary: 'await' primary => await | primary
primary: chain_call | chain_attr | chain_sub | atom
chain_attr: atom trailer_more* '.' NAME !trailer => attribute
chain_sub: atom trailer_more* '[' slices ']' !trailer => subscript
chain_call: atom trailer_more* (genexp | '(' arguments? ')') !trailer => call
trailer: '.' NAME | genexp | '(' arguments? ')' | '[' slices ']'
trailer_more: trailer &trailer
slices: slice !',' | ','.(slice | starred_expression)+ ','?
slice: expression? ':' expression? (':' expression?)? | named_expression
atom: NAME => name | 'True' => True | 'False' => False | 'None' => None | &(STRING | FSTRING_START) strings | NUMBER => literal | &'(' (tuple | group | genexp) | &'[' (list | listcomp) | &'{' (dict | set | dictcomp | setcomp) | '...' => ellipsis
group: '(' (yield_expr | named_expression) ')' | ?invalid_group
lambdef: 'lambda' lambda_params? ':' expression => lambda
lambda_params: ?invalid_lambda_parameters | lambda_parameters
lambda_parameters: lambda_slash_no_default lambda_param_no_default* lambda_param_with_default* lambda_star_etc? | lambda_slash_with_default lambda_param_with_default* lambda_star_etc? | lambda_param_no_default+ lambda_param_with_default* lambda_star_etc? | lambda_param_with_default+ lambda_star_etc? | lambda_star_etc
lambda_slash_no_default: lambda_param_no_default+ '/' ',' | lambda_param_no_default+ '/' &':'
lambda_slash_with_default: lambda_param_no_default* lambda_param_with_default+ '/' ',' | lambda_param_no_default* lambda_param_with_default+ '/' &':'
lambda_star_etc: ?invalid_lambda_star_etc | '*' lambda_param_no_default lambda_param_maybe_default* lambda_kwds? | '*' ',' lambda_param_maybe_default+ lambda_kwds? | lambda_kwds
lambda_kwds: ?invalid_lambda_kwds | '**' lambda_param_no_default
lambda_param_no_default: lambda_param ',' | lambda_param &':'
lambda_param: NAME => arg
lambda_param_with_default: NAME default ',' | NAME default &':'
lambda_param_maybe_default: NAME default? ',' | NAME default? &':'
strings: (fstring | string)+ => string
string: STRING => text
fstring: FSTRING_START fstring_middle* FSTRING_END => fstring
fstring_middle: fstring_replacement_field | FSTRING_MIDDLE
fstring_replacement_field: '{' (yield_expr | star_expressions) '='? fstring_conversion? fstring_full_format_spec? '}' => field | ?invalid_replacement_field
fstring_conversion: '!' NAME => conversion
fstring_full_format_spec: ':' fstring_format_spec*
fstring_format_spec: FSTRING_MIDDLE => spec | fstring_replacement_field
list: '[' star_named_expressions? ']' => list
tuple: '(' (star_named_expression ',' star_named_expressions?)? ')' => tuple
set: '{' star_named_expressions '}' => set
dict: '{' double_starred_kvpairs? '}' => dict | '{' invalid_double_starred_kvpairs '}'
double_starred_kvpairs: ','.double_starred_kvpair+ ','?
double_starred_kvpair: '**' bitwise_or | kvpair
kvpair: expression ':' expression
for_if_clauses: for_if_clause+
for_if_clause: 'async' 'for' star_targets 'in' ~ disjunction ('if' disjunction)* | 'for' star_targets 'in' ~ disjunction ('if' disjunction)* | ?invalid_for_target
listcomp: '[' named_expression for_if_clauses ']' => listcomp | ?invalid_comprehension
setcomp: '{' named_expression for_if_clauses '}' => setcomp | ?invalid_comprehension
genexp: '(' (assignment_expression | expression !':=') for_if_clauses ')' => genexp | ?invalid_comprehension
dictcomp: '{' kvpair for_if_clauses '}' => dictcomp | ?invalid_dict_comprehension
arguments: args ','? &')' | ?invalid_arguments
args: ','.(starred_expression | (assignment_expression | expression !':=') !'=')+ (',' kwargs)? | kwargs
kwargs: ','.kwarg_or_starred+ ',' ','.kwarg_or_double_starred+ | ','.kwarg_or_starred+ | ','.kwarg_or_double_starred+
starred_expression: ?invalid_starred_expression | '*' expression => starred
kwarg_or_starred: ?invalid_kwarg | NAME '=' expression | starred_expression
kwarg_or_double_starred: ?invalid_kwarg | NAME '=' expression | '**' expression
star_targets: star_target !',' | star_target (',' star_target)* ','? => tuple
star_targets_list_seq: ','.star_target+ ','?
star_targets_tuple_seq: star_target (',' star_target)+ ','? | star_target ','
star_target: '*' !'*' star_target => starred | target_with_star_atom
target_with_star_atom: single_subscript_attribute_target | star_atom
star_atom: NAME => name | '(' target_with_star_atom ')' | '(' star_targets_tuple_seq? ')' => tuple | '[' star_targets_list_seq? ']' => list
single_target: single_subscript_attribute_target | NAME => name | '(' single_target ')'
single_subscript_attribute_target: t_primary '.' NAME !t_lookahead => attribute | t_primary '[' slices ']' !t_lookahead => subscript
t_primary: atom &t_lookahead t_trailer*
t_trailer: '.' NAME &t_lookahead | '[' slices ']' &t_lookahead | genexp &t_lookahead | '(' arguments? ')' &t_lookahead
t_lookahead: '(' | '[' | '.'
del_targets: ','.del_target+ ','?
del_target: single_subscript_attribute_target | del_t_atom
del_t_atom: NAME => name | '(' del_target ')' | '(' del_targets? ')' => tuple | '[' del_targets? ']' => list
invalid_arguments: (','.(starred_expression | (assignment_expression | expression !':=') !'=')+ ',' kwargs | kwargs) ',' a='*' !! a "iterable argument unpacking follows keyword argument unpacking" | a=expression b=for_if_clauses ',' (args | expression for_if_clauses)? !! a-b "Generator expression must be parenthesized" | a=NAME b='=' expression for_if_clauses !! a-b "invalid syntax. Maybe you meant '==' or ':=' instead of '='?" | (args ',')? a=NAME b='=' &(',' | ')') !! a-b "expected argument value expression" | a=args b=for_if_clauses !! args_genexp | args ',' a=expression b=for_if_clauses !! a-b "Generator expression must be parenthesized" | a=args ',' args !! args_order
invalid_kwarg: a=('True' | 'False' | 'None') b='=' !! a-b "cannot assign to %s" | a=NAME b='=' expression for_if_clauses !! a-b "invalid syntax. Maybe you meant '==' or ':=' instead of '='?" | a='**' expression '=' b=expression !! a-b "cannot assign to keyword argument unpacking" | !(NAME '=') a=expression b='=' !! a-b "expression cannot contain assignment, perhaps you meant \"==\"?"
invalid_starred_expression: a='*' expression '=' b=expression !! a-b "cannot assign to iterable argument unpacking"
invalid_legacy_expression: a=NAME !'(' b=star_expressions !! legacy
invalid_expression: !(NAME STRING | SOFT_KEYWORD) a=disjunction b=expression_without_invalid !! missing_comma | a=disjunction 'if' b=disjunction !('else' | ':') !! a-b "expected 'else' after 'if' expression" | a='lambda' lambda_params? b=':' &FSTRING_MIDDLE !! a-b "f-string: lambda expressions are not allowed without parentheses"
expression_without_invalid: disjunction 'if' disjunction 'else' expression | disjunction | lambdef
invalid_named_expression: a=expression ':=' expression !! a "cannot use assignment expressions with %e" | a=NAME '=' b=bitwise_or !('=' | ':=') !! a-b "invalid syntax. Maybe you meant '==' or ':=' instead of '='?" | !(list | tuple | genexp | 'True' | 'None' | 'False') a=bitwise_or b='=' bitwise_or !('=' | ':=') !! a "cannot assign to %e here. Maybe you meant '==' instead of '='?"
invalid_assignment: a=invalid_ann_assign_target ':' expression !! a "only single target (not %k) can be annotated" | a=star_named_expression ',' star_named_expressions* ':' expression !! a "only single target (not tuple) can be annotated" | a=expression ':' expression !! a "illegal target for annotation" | (star_targets '=')* a=star_expressions '=' !! star_target | (star_targets '=')* a=yield_expr '=' !! a "assignment to yield expression not possible" | a=star_expressions augassign annotated_rhs !! a "'%e' is an illegal expression for augmented assignment"
invalid_ann_assign_target: list | tuple | '(' invalid_ann_assign_target ')'
invalid_del_stmt: 'del' a=star_expressions !! del_target
invalid_block: NEWLINE !INDENT !! indent "expected an indented block"
invalid_comprehension: ('[' | '(' | '{') a=starred_expression for_if_clauses !! a "iterable unpacking cannot be used in comprehension" | ('[' | '{') a=star_named_expression ',' b=star_named_expressions for_if_clauses !! a-b "did you forget parentheses around the comprehension target?" | ('[' | '{') a=star_named_expression b=',' for_if_clauses !! a-b "did you forget parentheses around the comprehension target?"
invalid_dict_comprehension: '{' a='**' bitwise_or for_if_clauses '}' !! a "dict unpacking cannot be used in dict comprehension"
invalid_parameters: a='/' ',' !! a "at least one argument must precede /" | (slash_no_default | slash_with_default) param_maybe_default* a='/' !! a "/ may appear only once" | slash_no_default? param_no_default* invalid_parameters_helper a=param_no_default !! a "parameter without a default follows parameter with a default" | param_no_default* a='(' param_no_default+ ','? b=')' !! a-b "Function parameters cannot be parenthesized" | (slash_no_default | slash_with_default)? param_maybe_default* '*' (',' | param_no_default) param_maybe_default* a='/' !! a "/ must be ahead of *" | param_maybe_default+ '/' a='*' !! a "expected comma between / and *"
invalid_parameters_helper: slash_with_default | param_with_default+
invalid_default: a='=' &(')' | ',') !! a "expected default value expression"
invalid_star_etc: a='*' (')' | ',' (')' | '**')) !! a "named arguments must follow bare *" | '*' ',' TYPE_COMMENT !! last "bare * has associated type comment" | '*' param a='=' !! a "var-positional argument cannot have default value" | '*' (param_no_default | ',') param_maybe_default* a='*' (param_no_default | ',') !! a "* argument may appear only once"
invalid_kwds: '**' param a='=' !! a "var-keyword argument cannot have default value" | '**' param ',' a=param !! a "arguments cannot follow var-keyword argument" | '**' param ',' a=('*' | '**' | '/') !! a "arguments cannot follow var-keyword argument"
invalid_lambda_parameters: a='/' ',' !! a "at least one argument must precede /" | (lambda_slash_no_default | lambda_slash_with_default) lambda_param_maybe_default* a='/' !! a "/ may appear only once" | lambda_slash_no_default? lambda_param_no_default* invalid_lambda_parameters_helper a=lambda_param_no_default !! a "parameter without a default follows parameter with a default" | lambda_param_no_default* a='(' ','.NAME+ ','? b=')' !! a-b "Lambda expression parameters cannot be parenthesized" | (lambda_slash_no_default | lambda_slash_with_default)? lambda_param_maybe_default* '*' (',' | lambda_param_no_default) lambda_param_maybe_default* a='/' !! a "/ must be ahead of *" | lambda_param_maybe_default+ '/' a='*' !! a "expected comma between / and *"
invalid_lambda_parameters_helper: lambda_slash_with_default | lambda_param_with_default+
invalid_lambda_star_etc: '*' (':' | ',' (':' | '**')) !! last "named arguments must follow bare *" | '*' NAME a='=' !! a "var-positional argument cannot have default value" | '*' (lambda_param_no_default | ',') lambda_param_maybe_default* a='*' (lambda_param_no_default | ',') !! a "* argument may appear only once"
invalid_lambda_kwds: '**' NAME a='=' !! a "var-keyword argument cannot have default value" | '**' NAME ',' a=NAME !! a "arguments cannot follow var-keyword argument" | '**' NAME ',' a=('*' | '**' | '/') !! a "arguments cannot follow var-keyword argument"
invalid_double_type_comments: TYPE_COMMENT NEWLINE TYPE_COMMENT NEWLINE INDENT !! last "Cannot have two type comments on def"
invalid_with_item: expression 'as' a=expression &(',' | ')' | ':') !! star_target
invalid_for_target: 'async'? 'for' a=star_expressions !! for_target
invalid_group: '(' a=starred_expression ')' !! a "cannot use starred expression here" | '(' a='**' expression ')' !! a "cannot use double starred expression here"
invalid_import: a='import' ','.dotted_name+ 'from' dotted_name !! a.. "Did you mean to use 'from ... import ...' instead?"
invalid_import_from_targets: import_from_as_names ',' NEWLINE !! last "trailing comma not allowed without surrounding parentheses"
invalid_with_stmt: 'async'? 'with' ','.(expression ('as' star_target)?)+ NEWLINE !! last "expected ':'" | 'async'? 'with' '(' ','.(expressions ('as' star_target)?)+ ','? ')' NEWLINE !! last "expected ':'"
invalid_with_stmt_indent: 'async'? a='with' ','.(expression ('as' star_target)?)+ ':' NEWLINE !INDENT !! indent "expected an indented block after 'with' statement on line %l" | 'async'? a='with' '(' ','.(expressions ('as' star_target)?)+ ','? ')' ':' NEWLINE !INDENT !! indent "expected an indented block after 'with' statement on line %l"
invalid_try_stmt: a='try' ':' NEWLINE !INDENT !! indent "expected an indented block after 'try' statement on line %l" | 'try' ':' block !('except' | 'finally') !! last "expected 'except' or 'finally' block" | 'try' ':' block* except_block+ a='except' b='*' expression ('as' NAME)? ':' !! a-b "cannot have both 'except' and 'except*' on the same 'try'" | 'try' ':' block* except_star_block+ a='except' (expression ('as' NAME)?)? ':' !! a "cannot have both 'except' and 'except*' on the same 'try'"
invalid_except_stmt: 'except' '*'? a=expression ',' expressions ('as' NAME)? ':' !! a.. "multiple exception types must be parenthesized" | 'except' '*'? expression ('as' NAME)? NEWLINE !! last "expected ':'" | 'except' NEWLINE !! last "expected ':'" | 'except' '*' (NEWLINE | ':') !! last "expected one or more exception types"
invalid_finally_stmt: a='finally' ':' NEWLINE !INDENT !! indent "expected an indented block after 'finally' statement on line %l"
invalid_except_stmt_indent: a='except' expression ('as' NAME)? ':' NEWLINE !INDENT !! indent "expected an indented block after 'except' statement on line %l" | a='except' ':' NEWLINE !INDENT !! indent "expected an indented block after 'except' statement on line %l"
invalid_except_star_stmt_indent: a='except' '*' expression ('as' NAME)? ':' NEWLINE !INDENT !! indent "expected an indented block after 'except*' statement on line %l"
invalid_match_stmt: "match" subject_expr NEWLINE !! last "expected ':'" | a="match" subject_expr ':' NEWLINE !INDENT !! indent "expected an indented block after 'match' statement on line %l"
invalid_case_block: "case" patterns guard? NEWLINE !! last "expected ':'" | a="case" patterns guard? ':' NEWLINE !INDENT !! indent "expected an indented block after 'case' statement on line %l"
invalid_as_pattern: or_pattern 'as' a="_" !! a "cannot use '_' as a target" | or_pattern 'as' !NAME a=expression !! a "invalid pattern target"
invalid_class_pattern: name_or_attr '(' a=invalid_class_argument_pattern !! a "positional patterns follow keyword patterns"
invalid_class_argument_pattern: (positional_patterns ',')? keyword_patterns ',' p=positional_patterns !! part
invalid_if_stmt: 'if' named_expression NEWLINE !! last "expected ':'" | a='if' named_expression ':' NEWLINE !INDENT !! indent "expected an indented block after 'if' statement on line %l"
invalid_elif_stmt: 'elif' named_expression NEWLINE !! last "expected ':'" | a='elif' named_expression ':' NEWLINE !INDENT !! indent "expected an indented block after 'elif' statement on line %l"
invalid_else_stmt: a='else' ':' NEWLINE !INDENT !! indent "expected an indented block after 'else' statement on line %l"
invalid_while_stmt: 'while' named_expression NEWLINE !! last "expected ':'" | a='while' named_expression ':' NEWLINE !INDENT !! indent "expected an indented block after 'while' statement on line %l"
invalid_for_stmt: 'async'? 'for' star_targets 'in' star_expressions NEWLINE !! last "expected ':'" | 'async'? a='for' star_targets 'in' star_expressions ':' NEWLINE !INDENT !! indent "expected an indented block after 'for' statement on line %l"
invalid_def_raw: 'async'? a='def' NAME type_params? '(' params? ')' ('->' expression)? ':' NEWLINE !INDENT !! indent "expected an indented block after function definition on line %l"
invalid_class_def_raw: 'class' NAME type_params? ('(' arguments? ')')? NEWLINE !! last "expected ':'" | a='class' NAME type_params? ('(' arguments? ')')? ':' NEWLINE !INDENT !! indent "expected an indented block after class definition on line %l"
invalid_double_starred_kvpairs: ','.double_starred_kvpair+ ',' invalid_kvpair | expression ':' a='*' bitwise_or !! a.. "cannot use a starred expression in a dictionary value" | expression a=':' &('}' | ',') !! a "expression expected after dictionary key and ':'"
invalid_kvpair: a=expression !':' !! kvpair | expression ':' a='*' bitwise_or !! a.. "cannot use a starred expression in a dictionary value" | expression a=':' &('}' | ',') !! a "expression expected after dictionary key and ':'"
invalid_replacement_field: '{' a='=' !! a "f-string: valid expression required before '='" | '{' a='!' !! a "f-string: valid expression required before '!'" | '{' a=':' !! a "f-string: valid expression required before ':'" | '{' a='}' !! a "f-string: valid expression required before '}'" | '{' !(yield_expr | star_expressions) !! next "f-string: expecting a valid expression after '{'" | '{' (yield_expr | star_expressions) !('=' | '!' | ':' | '}') !! next "f-string: expecting '=', or '!', or ':', or '}'" | '{' (yield_expr | star_expressions) '=' !('!' | ':' | '}') !! next "f-string: expecting '!', or ':', or '}'" | '{' (yield_expr | star_expressions) '='? ?invalid_conversion_character | '{' (yield_expr | star_expressions) '='? ('!' NAME)? !(':' | '}') !! next "f-string: expecting ':' or '}'" | '{' (yield_expr | star_expressions) '='? ('!' NAME)? ':' fstring_format_spec* !'}' !! next "f-string: expecting '}', or format specs" | '{' (yield_expr | star_expressions) '='? ('!' NAME)? !'}' !! next "f-string: expecting '}'"
invalid_conversion_character: '!' &(':' | '}') !! next "f-string: missing conversion character" | '!' !NAME !! next "f-string: invalid conversion character"
"#;
