"""codex::printable spells out what Unicode says does not show, and nothing else.

usage: printable_test.py PRINT_PRINTABLE
"""

import subprocess
import sys
import unicodedata

# Other_Default_Ignorable_Code_Point and Variation_Selector, which unicodedata lacks. The rest of
# Default_Ignorable_Code_Point is in Cf.
IGNORABLE = [(0x34F, 0x34F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2065, 0x2065),
             (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8),
             (0xE0000, 0xE0FFF)]
EMPTY = {0x2800, 0x1D159}  # symbols without a shape
HIDDEN = {"Cc", "Cf", "Zl", "Zp", "Zs", "Cs", "Co"}


def is_no_character(code):
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def must_be_spelled_out(code):
    if code in (0x09, 0x20):
        return False
    return (unicodedata.category(chr(code)) in HIDDEN or is_no_character(code) or code in EMPTY
            or any(first <= code <= last for first, last in IGNORABLE))


def spelled_out(code):
    names = {0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t"}
    if code in names:
        return names[code]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


codes = [code for code in range(0x110000) if code != 0x0A and not 0xD800 <= code <= 0xDFFF]
text = "\n".join(chr(code) for code in codes)
printed = subprocess.run([sys.argv[1]], input=text.encode(), stdout=subprocess.PIPE, check=True)
lines = printed.stdout.decode().split("\n")
assert len(lines) == len(codes)
wrong = []
for code, line in zip(codes, lines):
    if must_be_spelled_out(code):
        fits = line == spelled_out(code)
    elif unicodedata.category(chr(code)) == "Cn":  # may come to mean anything
        fits = line in (chr(code), spelled_out(code))
    else:
        fits = line == chr(code)
    if not fits:
        wrong.append(f"U+{code:04X} {unicodedata.category(chr(code))}: {line!r}")
print("\n".join(wrong[:50]))
assert not wrong, f"{len(wrong)} characters"

surrogates = b"\n".join(chr(code).encode(errors="surrogatepass") for code in range(0xD800, 0xE000))
printed = subprocess.run([sys.argv[1]], input=surrogates, stdout=subprocess.PIPE, check=True).stdout
assert printed.isascii() and b"\x1b" not in printed
every_byte = bytes(byte for byte in range(256) if byte not in (0x09, 0x0A))
printed = subprocess.run([sys.argv[1]], input=every_byte, stdout=subprocess.PIPE, check=True).stdout
assert printed.isascii() and all(byte >= 0x20 for byte in printed) and 0x7F not in printed
