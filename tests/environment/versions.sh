#!/usr/bin/env bash
# `make test-versions`: run the tests on every supported Python on this machine; at least two are needed.
# Each gets an environment of its own (.venv-3.12), from the lock. All are tried; the failed ones are named at the end.
set -euo pipefail
uv=$1
export UV_PYTHON_DOWNLOADS=never

# pyenv hides its versions behind shims that fail unless chosen: look at what it has installed.
interpreter() {
  "$uv" python find --system --no-project "$1" 2>/dev/null && return
  local found=("${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python)
  [ -x "${found[-1]}" ] && echo "${found[-1]}"
}

minors=() pythons=()
for minor in 3.11 3.12 3.13 3.14; do
  if python=$(interpreter "$minor"); then minors+=("$minor") pythons+=("$python"); fi
done
if [ "${#minors[@]}" -lt 2 ]; then
  echo "Found ${minors[*]:-no Python}; at least two of 3.11 to 3.14 are needed. Install another one, for example:" >&2
  echo "  apt-get install python3.13 python3.13-venv    or    pyenv install 3.13    or    $uv python install 3.13" >&2
  exit 4
fi

failed=()
for place in "${!minors[@]}"; do
  minor=${minors[$place]}
  echo "== Python $minor (${pythons[$place]})"
  UV_PROJECT_ENVIRONMENT=".venv-$minor" "$uv" sync --locked --quiet --compile-bytecode --python "${pythons[$place]}" \
    && ".venv-$minor/bin/python" -m pytest -q -n auto || failed+=("$minor")
done
if [ "${#failed[@]}" -gt 0 ]; then
  echo "Failed on Python ${failed[*]}; passed on $((${#minors[@]} - ${#failed[@]})) of ${#minors[@]}: ${minors[*]}" >&2
  exit 1
fi
echo "Passed on Python ${minors[*]}"
