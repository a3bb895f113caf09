#!/bin/sh
# Installs the packages of packages.txt that are missing, where this machine is Debian or Ubuntu and lets us.
cd "$(dirname "$0")/.." || exit
command -v dpkg >/dev/null || exit 0
missing=$(grep -v '^#' packages.txt | while read -r package; do
	dpkg -s "$package" 2>/dev/null | grep -q '^Status: install ok installed' || echo "$package"
done | tr '\n' ' ')
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ]; then
	as=
elif sudo -n true 2>/dev/null; then
	as='sudo -n'
else
	echo "missing: $missing— tests that need them are skipped. To have them: sudo apt-get install $missing" >&2
	exit 0
fi
echo "installing packages that the tests need: $missing" >&2
# shellcheck disable=SC2086 # one word for each package
$as apt-get update -qq && $as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2
