# shellcheck shell=bash
# What the tests of the package have in common: a Debian 12 of their own, and checks that print what was seen. Sourced, with `name` set.
# shellcheck disable=SC2034,SC2154 # what is set here is used by who sources it, and `name` comes from there
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

say() { printf '%s: %s\n' "$name" "$*" >&2; }
die() { printf '%s: %s\n' "$name" "$1" >&2; [ $# -lt 2 ] || printf '  next: %s\n' "$2" >&2; exit 70; }
[ "$(id -u)" = 0 ] || die 'expected root'
[ -f "$root/dist/bin/liuhen.js" ] || die 'expected a build, found none' 'scripts/setup'

work=$(mktemp -d)
machine=$work/machine
PATH=$PATH:/usr/sbin:/sbin

# Each argument is a package and the command or file that shows that it is here.
need() {
  local each missing=()
  for each in "$@"; do command -v "${each#*:}" >/dev/null || [ -e "${each#*:}" ] || missing+=("${each%%:*}"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${missing[*]} with apt-get"
  apt-get -qq update >"$work/log" 2>&1 || true
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends "${missing[@]}" >>"$work/log" 2>&1 ||
    die "could not install ${missing[*]}: $(tail -n 3 "$work/log")"
}

clock=$SECONDS
saw() { printf '%4d s  %s\n' $((SECONDS - clock)) "$*"; }
# A check is a command; when it does not hold, what it printed is the answer.
check() {
  local what=$1 answer
  shift
  if answer=$("$@" 2>&1); then saw "ok     $what"; else saw "WRONG  $what"; printf '%s\n' "$answer" >&2; exit 1; fi
}
not() { ! "$@"; }
# Within a minute, or SOON seconds.
soon() { local _; for _ in $(seq "${SOON:-60}"); do "$@" >/dev/null 2>&1 && return; sleep 1; done; "$@"; }
quietly() { "$@" >"$work/log" 2>&1 || die "$(tail -n 20 "$work/log")"; }
said() { grep -q -- "$1" "$work/said" || { cat "$work/said"; return 1; }; }
refused() { local said=$1; shift; if "$@" >"$work/said" 2>&1; then cat "$work/said"; return 1; fi; said "$said"; }
is_there() { local each; for each in "$@"; do [ -e "$machine$each" ] || { echo "no $each"; return 1; }; done; }
is_gone() { local each; for each in "$@"; do [ ! -e "$machine$each" ] || { echo "there is $each"; return 1; }; done; }

# A Debian 12 in $machine, for a processor as Debian calls it, with the packages named; it is kept for the next time.
debian() {
  local arch=$1 cache=${XDG_CACHE_HOME:-$HOME/.cache}/liuhen
  shift
  local base=$cache/debootstrap-bookworm-$arch.tar
  local kept=$cache/debootstrap-bookworm-$arch${1:+-$(printf '%s\n' "$@" | sha256sum | cut -c 1-12)}.tar
  mkdir -p "$cache"
  if [ ! -f "$base" ]; then
    mkdir "$work/base"
    quietly debootstrap --arch="$arch" --variant=minbase bookworm "$work/base" http://deb.debian.org/debian
    tar -C "$work/base" -cf "$base.new" . && mv "$base.new" "$base"
    rm -rf --one-file-system "$work/base"
  fi
  mkdir "$machine"
  if [ -f "$kept" ]; then tar -C "$machine" -xf "$kept"; return; fi
  tar -C "$machine" -xf "$base"
  bind
  quietly in_chroot apt-get -q -y update
  quietly in_chroot apt-get -q -y -o Dpkg::Use-Pty=0 install --no-install-recommends "$@"
  in_chroot apt-get clean
  unbind
  tar -C "$machine" -cf "$kept.new" . && mv "$kept.new" "$kept"
}
bind() { local each; for each in proc sys dev dev/pts; do mount --bind "/$each" "$machine/$each"; done; }
unbind() { local each; for each in dev/pts dev sys proc; do ! mountpoint -q "$machine/$each" || umount -l "$machine/$each"; done; }

path=PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
in_chroot() { chroot "$machine" env -i -C / "$path" HOME=/root DEBIAN_FRONTEND=noninteractive "$@"; }

# The machine under its own systemd, in a container; what is said in it goes to $work/console.
nspawn=''
leader() { pgrep -P "$nspawn" | head -n 1; }
inside() {
  if [ -n "$nspawn" ]; then nsenter -t "$(leader)" -m -u -i -n -p --root --wd env -i -C / "$path" "$@"
  else in_chroot "$@"; fi
}
sh_inside() { inside sh -c "$1"; }
# Arguments are systemd-nspawn's.
boot() {
  systemd-nspawn -D "$machine" -b "$@" --register=no --keep-unit --private-network >"$work/console" 2>&1 </dev/null &
  nspawn=$!
  soon leader >/dev/null
  soon inside systemctl is-active multi-user.target
}
power_off() {
  [ -n "$nspawn" ] || return 0
  kill -s RTMIN+4 "$(leader)" 2>/dev/null || true
  wait "$nspawn" 2>/dev/null || true
  nspawn=''
}
clean() {
  power_off
  unbind
  rm -rf --one-file-system "$work"
}
trap clean EXIT
