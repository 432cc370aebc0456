#!/usr/bin/env bash
# A real Slurm of two nodes on this machine, for the tests of sweeps: Debian's packages, no systemd, no cgroups, root needed.
# Each slurmd lives in a network and host-name space of its own behind one bridge, so that a node can be cut off.
# Everything it starts is written to $SLURM_HERE/pids, which slurm_down.sh ends. Prints the line to source before using it.
set -euo pipefail

here=${SLURM_HERE:-${TMPDIR:-/var/tmp}/hytesim-test-slurm}
nodes=${SLURM_NODES:-2} cpus=${SLURM_CPUS:-2}
bridge=hytesim0 net=10.78.0
down=$(cd "$(dirname "$0")" && pwd)/slurm_down.sh
export SLURM_CONF=$here/slurm.conf

if [ -e "$here/pids" ]; then
    while read -r name pid; do
        case "$(cat "/proc/$pid/comm" 2>/dev/null)" in "${name%%-*}"*)
            echo "already up ($here/pids names a $name that runs): run slurm_down.sh first" >&2; exit 1 ;;
        esac
    done <"$here/pids"
    bash "$down" >&2 # left by one that was ended with its machine
fi
began=$(date +%s%N)
if ! command -v slurmctld >/dev/null || ! command -v slurmd >/dev/null || ! command -v munged >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    packages=(slurmctld slurmd slurm-client munge iproute2)
    policy=/usr/sbin/policy-rc.d # the packages would start daemons of their own
    if [ ! -e $policy ]; then
        trap 'rm -f $policy' EXIT
        printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy
    fi
    log=${TMPDIR:-/var/tmp}/hytesim-slurm-apt.log
    { timeout 90 apt-get update -q
      timeout 180 apt-get install -y -q --download-only --no-install-recommends "${packages[@]}"
      apt-get -o DPkg::Lock::Timeout=60 install -y -q --no-install-recommends "${packages[@]}"; } >"$log" 2>&1 ||
        { tail -n 3 "$log" >&2; exit 1; }
    [ -z "$(trap -p EXIT)" ] || { rm -f $policy; trap - EXIT; }
fi
installed=$(date +%s%N)

rm -rf "$here"
mkdir -p "$here"/{state,log}
mkdir -m 711 "$here/munge"
chmod 755 "$here"
started() { echo "$1 $(cat "$2")" >>"$here/pids"; }
appears() { for _ in $(seq 200); do [ -s "$1" ] && return; sleep 0.05; done; echo "$1 did not appear" >&2; return 1; }
trap 'tail -n 5 "$here"/log/* >&2; bash "$down" >&2; exit 1' ERR
trap 'sleep 1; bash "$down" >&2; exit 1' INT TERM # a daemon that is just starting writes its number first

# Authentication between the daemons: a key and a socket that only this cluster uses.
head -c 1024 /dev/urandom >"$here/munge/key"
chmod 600 "$here/munge/key"
munged --force --key-file "$here/munge/key" --socket "$here/munge/socket" --pid-file "$here/munge/pid" \
    --seed-file "$here/munge/seed" --log-file "$here/log/munged"
appears "$here/munge/pid"
started munged "$here/munge/pid"

ip link add $bridge type bridge
ip addr add $net.1/24 dev $bridge
ip link set $bridge up
for i in $(seq "$nodes"); do
    ip netns add hytesim-n$i
    ip link add hytesimv$i type veth peer name eth0 netns hytesim-n$i
    ip link set hytesimv$i master $bridge up
    ip -n hytesim-n$i addr add $net.$((10 + i))/24 dev eth0
    ip -n hytesim-n$i link set eth0 up
    ip -n hytesim-n$i link set lo up
    ip -n hytesim-n$i route add default via $net.1
done

cat >"$SLURM_CONF" <<CONF
ClusterName=hytesim-test
SlurmctldHost=$(hostname -s)($net.1)
SlurmctldPort=16827
SlurmdPort=16828
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$here/munge/socket
StateSaveLocation=$here/state
SlurmdSpoolDir=$here/spool-%n
SlurmctldPidFile=$here/slurmctld.pid
SlurmdPidFile=$here/slurmd-%n.pid
SlurmctldLogFile=$here/log/slurmctld
SlurmdLogFile=$here/log/slurmd-%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
MpiDefault=none
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,bf_interval=1
ReturnToService=2
SlurmdTimeout=20
KillWait=5
$(for i in $(seq "$nodes"); do
    echo "NodeName=n$i NodeAddr=$net.$((10 + i)) NodeHostname=n$i CPUs=$cpus RealMemory=8000 State=UNKNOWN"
done)
PartitionName=small Nodes=ALL Default=YES DefaultTime=10 MaxTime=60 State=UP
CONF

slurmctld -f "$SLURM_CONF"
appears "$here/slurmctld.pid"
started slurmctld "$here/slurmctld.pid"
for i in $(seq "$nodes"); do  # nsenter, since `ip netns exec` hides /sys/fs/cgroup, without which slurmd does not start
    nsenter --net=/run/netns/hytesim-n$i unshare --uts -- sh -c "hostname n$i && exec slurmd -f $SLURM_CONF -N n$i"
    appears "$here/slurmd-n$i.pid"
    started slurmd-n$i "$here/slurmd-n$i.pid"
done
for _ in $(seq 200); do
    [ "$(timeout 2 sinfo -h -o '%T %D' 2>/dev/null)" = "idle $nodes" ] && break
    sleep 0.1
done
[ "$(timeout 5 sinfo -h -o '%T %D')" = "idle $nodes" ]
ready=$(date +%s%N)
echo "packages $(((installed - began) / 1000000)) ms, two idle nodes $(((ready - installed) / 1000000)) ms" >&2
echo "export SLURM_CONF=$SLURM_CONF"
