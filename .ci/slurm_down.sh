#!/usr/bin/env bash
# Ends the daemons that slurm_up.sh wrote down, each only if it is still what it was, and removes its bridge and name spaces.
set -u
here=${SLURM_HERE:-${TMPDIR:-/var/tmp}/hytesim-test-slurm}
export SLURM_CONF=$here/slurm.conf
[ -d "$here" ] || { echo "not up"; exit 0; }

written() { # "name pid" of what was started, also of a daemon that slurm_up.sh was ended before writing down
    cat "$here/pids" 2>/dev/null
    for file in "$here/munge/pid" "$here"/slurm*.pid; do
        name=${file##*/}
        [ -s "$file" ] && echo "$([ "$name" = pid ] && echo munged || echo "${name%.pid}") $(cat "$file")"
    done
}
mine() {  # process ids of ours that still run under their own names
    written | sort -u | while read -r name pid; do
        case "$(cat "/proc/$pid/comm" 2>/dev/null)" in "${name%%-*}"*) echo "$pid" ;; esac
    done
}
jobs=$(timeout 5 squeue -h -o %A 2>/dev/null | sort -u)
if [ -n "$jobs" ]; then
    # shellcheck disable=SC2086
    timeout 20 scancel $jobs
    for _ in $(seq 60); do [ -z "$(timeout 5 squeue -h 2>/dev/null)" ] && break; sleep 0.2; done
fi
for pid in $(mine | tac); do kill "$pid"; done
for _ in $(seq 50); do [ -z "$(mine)" ] && break; sleep 0.1; done
for pid in $(mine); do kill -9 "$pid"; done # a slurmd without its controller passes over a plain signal
sleep 0.1
ip -o link show type veth | grep -o 'hytesimv[0-9]*' | sort -u | while read -r link; do ip link del "$link"; done
ip netns list | grep -o '^hytesim-n[0-9]*' | while read -r space; do ip netns del "$space"; done
ip link del hytesim0 2>/dev/null
left=$(mine | wc -l)
[ "${SLURM_KEEP:-0}" = 1 ] || rm -rf "$here"
echo "down, $left of its processes left"
