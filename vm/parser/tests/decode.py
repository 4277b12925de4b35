"""Decodes what standard input has in hexadecimal with the codec named, as the tokenizer does."""
import sys

data = bytes.fromhex(sys.stdin.read())
try:
    print("text", data.decode(sys.argv[1]).encode().hex())
except (LookupError, UnicodeError) as e:
    print("error", str(e).encode().hex())
