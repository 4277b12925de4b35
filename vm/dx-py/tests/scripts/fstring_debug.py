# The text that `=` in a replacement field shows has its escapes read, but in raw strings and in specifications.
x = 1
print(f'{"\\d"=}')
print(f'{(lambda: "\\d")()=}', f'{"\\d" * x=!s:>5}')
print(rf'{"\\d"=}', f'{"\n"=}', f'{"\t" = } a\tb')
print(f'{x=}' 'and' f'{b"\x00"=}')
