#!/bin/sh
# Installs the packages of packages.txt that a Debian or Ubuntu machine lacks, after saying so. Without the right to, it
# says what to install and succeeds: the tests that need them are skipped by name then, and fail where CI=true.
set -eu
cd "$(dirname "$0")/.."
if ! command -v dpkg-query >/dev/null; then
	exit 0 # another system: ./hub lab names the programs that it does not find
fi
missing=$(grep -v '^#' packages.txt | while read -r package; do
	[ "$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
done | paste -s -d ' ' -)
if [ -z "$missing" ]; then
	exit 0
fi
if [ "$(id -u)" = 0 ]; then
	as_root=
elif sudo -n true 2>/dev/null; then
	as_root='sudo -n'
else
	echo "the lab's tests need packages that are not installed; install them with: sudo apt-get install $missing" >&2
	exit 0
fi
echo "installing the packages of packages.txt that are missing: $missing" >&2
# shellcheck disable=SC2086 # a word for each package, and for sudo
if ! { $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >&2; then
	echo "they could not be installed" >&2
	[ "${CI:-}" != true ] || exit 1
fi
