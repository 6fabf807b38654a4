#!/bin/sh
# What the tests need besides Python's packages: Chromium, and a Redis server.
# Debian's packages where apt is there. Elsewhere Playwright brings its own Chromium, and
# the tests that need a Redis server are skipped where none is installed.
set -eu
has() { command -v "$1" >/dev/null 2>&1; }

packages=""
has chromium || has chromium-browser || has google-chrome ||
    packages="chromium fonts-noto-core fonts-dejavu-core"
has redis-server || packages="$packages redis-server"
[ -n "$packages" ] || exit 0

if has apt-get; then
    sudo=""
    [ "$(id -u)" -eq 0 ] || sudo="sudo"
    $sudo apt-get update -q
    # No service is to be started: each test starts a server of its own.
    # shellcheck disable=SC2086  # the packages are words
    $sudo env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
        apt-get install -y -q --no-install-recommends $packages
else
    case "$packages" in
    *chromium*) "${PYTHON:-python3}" -m playwright install chromium ;;
    esac
fi
