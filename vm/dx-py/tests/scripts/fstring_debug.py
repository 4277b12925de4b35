# The text that `=` in a replacement field shows has its escapes read, but in raw strings and in specifications.
x = 1
print(f'{"\\d"=}')
print(f'{(lambda: "\\d")()=}', f'{"\\d" * x=!s:>5}')
print(rf'{"\\d"=}', f'{"\n"=}', f'{"\t" = } a\tb')
print(f'{x=}' 'and' f'{b"\x00"=}')

# A number sign begins a comment even in a string (3.12.1).
print(f"{'#'=}", f"{format(2, '#x')=}", f"{format(2, '#x').isdigit()=}", f"{f'#{x}#'=}", f"{'#' + f'#{x}' =}")
print(f'''{"a#b" # c
 + "#\n" =!r:>20}|''', f"{'''#
'''=}", f"{x=}#{x=}")
