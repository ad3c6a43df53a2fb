#!/usr/bin/env bash
# `make test-versions`: run the tests on every supported Python on this machine; at least two are needed.
set -euo pipefail
uv=$1
export UV_PYTHON_DOWNLOADS=never
found=()
for minor in 3.11 3.12 3.13 3.14; do
  if "$uv" python find --quiet --no-project "$minor" >/dev/null 2>&1; then found+=("$minor"); fi
done
if [ "${#found[@]}" -lt 2 ]; then
  echo "Found ${found[*]:-no Python}; at least two of 3.11 to 3.14 are needed. Install another one." >&2
  exit 4
fi
for minor in "${found[@]}"; do
  echo "== Python $minor"
  UV_PROJECT_ENVIRONMENT=".venv-$minor" "$uv" sync --locked --quiet --compile-bytecode --python "$minor"
  ".venv-$minor/bin/python" -m pytest -q -n auto
done
