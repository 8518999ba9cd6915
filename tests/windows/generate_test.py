"""codex-codegen writes the bytes of generated/. usage: generate_test.py [EMULATOR] CODEGEN"""

import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

with tempfile.TemporaryDirectory() as folder:
    subprocess.run([*sys.argv[1:], "generate", "--schema", ROOT / "schema", "--out", folder],
                   check=True, timeout=200)
    written = {path.relative_to(folder): path.read_bytes()
               for path in pathlib.Path(folder).rglob("*") if path.is_file()}
wrong = [str(file) for file, content in written.items()
         if not (ROOT / "generated" / file).is_file()
         or (ROOT / "generated" / file).read_bytes() != content]
expected = sum(1 for path in (ROOT / "generated").rglob("*.[ch]pp"))
print(f"{len(written)} files, {expected} sources in generated/, {len(wrong)} with other bytes")
if wrong or len(written) < expected:
    sys.exit(f"not as in generated/: {wrong}")
