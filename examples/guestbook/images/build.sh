#!/bin/sh
# Builds the two images of the guestbook on Debian or Ubuntu, from packages alone: no registry is asked.
# DOCKER_HOST names the engine, as for every Docker client.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Everything that redis needs, in the versions of this distribution: libraries only, no maintainer scripts.
packages=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances \
  redis-server redis-tools | grep -E '^(lib|redis)' | grep -v -E '^lib(debconf|perl|pam|selinux|semanage|audit|sepol|apparmor)' | sort -u)
mkdir "$work/packages" "$work/base"
# _apt may not write to our folder; as root that only costs the sandbox of the download.
# shellcheck disable=SC2086 # one package a word
(cd "$work/packages" && apt-get download -qq -o APT::Sandbox::User=root $packages busybox-static)
for package in "$work"/packages/*.deb; do dpkg-deb -x "$package" "$work/base"; done
rm -rf "$work"/base/usr/share "$work"/base/etc "$work"/base/lib/systemd "$work"/base/var

# A userland from one static file.
mkdir -p "$work/base/bin" "$work/base/tmp" "$work/base/data" "$work/base/etc"
chmod 1777 "$work/base/tmp"
for name in $("$work/base/bin/busybox" --list); do [ -e "$work/base/bin/$name" ] || ln -s busybox "$work/base/bin/$name"; done
echo 'root:x:0:0:root:/data:/bin/sh' > "$work/base/etc/passwd"

build() { # NAME COMMAND
  context=$work/$1
  cp -a "$here/$1" "$context"
  cp -a "$work/base" "$context/base"
  printf 'FROM scratch\nCOPY base/ /\nCOPY root/ /\nENV PATH=/usr/local/bin:/usr/bin:/bin\nWORKDIR /data\nCMD ["%s"]\n' "$2" > "$context/Dockerfile"
  DOCKER_BUILDKIT=0 docker build -q -t "fairlead-guestbook/$1:v1" "$context"
}
build redis redis-master
build frontend serve
