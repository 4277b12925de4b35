# _csv: dialects, reading, writing, errors.
import _csv
r=_csv.reader(['a,b,"c ""x"", y"','1,2,3','"multi\n','line",z',''], )
print(list(r), r.line_num, r.dialect.delimiter, r.dialect.lineterminator, r.dialect.quoting)
print(list(_csv.reader(['1,"a",2.5'], quoting=_csv.QUOTE_NONNUMERIC)))
class F:
    def write(s,x): print(repr(x)); return len(x)
w=_csv.writer(F()); print(w.writerow(['a',1,None,2.5,'x,y','q"q','l\n'])); w.writerows([[1],[2,3],['']]); w.writerow([])
for q in range(6):
    try: _csv.writer(F(), quoting=q, escapechar='\\').writerow(['a',1,None,2.5,'x,y','q"q'])
    except Exception as e: print(e)
_csv.register_dialect('d', delimiter=';'); print(_csv.list_dialects(), _csv.get_dialect('d').delimiter, list(_csv.reader(['a;b'],'d'))); _csv.unregister_dialect('d')
for f in [lambda:_csv.reader(), lambda:_csv.reader([], 'nope'), lambda:_csv.reader([],delimiter=''), lambda:_csv.reader([],delimiter=1), lambda:_csv.reader([],quotechar=1), lambda:_csv.reader([], quoting='x'), lambda:_csv.reader([], quoting=9), lambda: _csv.reader([], quotechar=None, quoting=1), lambda:_csv.reader([], lineterminator=None), lambda:_csv.reader([], lineterminator=3), lambda:_csv.reader([], foo=1), lambda: list(_csv.reader([b'a'])), lambda: _csv.writer(1), lambda: w.writerow(5), lambda: _csv.field_size_limit('a'), lambda: list(_csv.reader(['"a'], strict=True)), lambda: list(_csv.reader(['a\rb'])), lambda: _csv.Dialect(1,2,3,4,5,6,7,8,9,10), lambda: _csv.get_dialect('d'), lambda: _csv.unregister_dialect('d'), lambda:_csv.register_dialect(1), lambda: list(_csv.reader(['x,1'], quoting=2)), lambda: _csv.Dialect().__reduce__()]:
    try: print(f())
    except BaseException as e: print(type(e).__name__, e)
print(_csv.field_size_limit(), _csv.Error, _csv.Error.__module__)
