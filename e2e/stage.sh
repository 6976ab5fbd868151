# What the scripts beside this file share; each sources it by `source e2e/stage.sh NAME` in the root of the tree, and has then
#   $work     a directory of its own, gone at the end; devclusters keep their state there
#   $cluster  the name of its devcluster, NAME-e2e, which is taken down at the end, as are the processes in $pids
#   say, fail, within, throughout, release, operator_account, operator
# Before it ends with a failure, `evidence`, which a script may define, prints to stderr what helps to find out why.
set -euo pipefail
stage=${1:?source e2e/stage.sh NAME}
cluster=$stage-e2e
work=$(mktemp -d)
export XDG_STATE_HOME=$work/state
pids=()

evidence() { :; }
ended() {
  local status=$? kept=''
  trap - EXIT INT TERM
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  if ! devcluster/devcluster down --name "$cluster" >"$work/down.log" 2>&1; then
    # With its state gone nobody could take it down any more.
    kept=yes status=1
    cat "$work/down.log" >&2
    printf '%s: the devcluster %s could not be taken down: %s\n' "$stage" "$cluster" \
      "try XDG_STATE_HOME=$XDG_STATE_HOME devcluster/devcluster down --name $cluster" >&2
  fi
  [[ -n $kept ]] || rm -rf "$work"
  exit "$status"
}
trap ended EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '== %s\n' "$*"; }
fail() {
  printf '%s: %s\n' "$stage" "$*" >&2
  evidence >&2 2>/dev/null || true
  exit 1
}
# Waits until a command succeeds, or fails with the sentence.
within() { # seconds sentence command…
  local deadline=$((SECONDS + $1)) sentence=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || fail "$sentence"
    sleep 0.5
  done
}
# Fails with the sentence as soon as a command does not succeed, for so long.
throughout() { # seconds sentence command…
  local deadline=$((SECONDS + $1)) sentence=$2
  shift 2
  while ((SECONDS < deadline)); do
    "$@" >/dev/null 2>&1 || fail "$sentence"
    sleep 0.5
  done
}
# Installs deploy/ of a release. Its pods would not run on a devcluster: the operator runs beside it, under the same account.
release() { # directory
  kubectl apply --server-side --force-conflicts -k "$1" >/dev/null
  kubectl scale -n colocatedcache-system deployment/colocatedcache-operator --replicas=0 >/dev/null
}
# Writes $work/kubeconfig: the operator's own service account and nothing else, for an hour.
operator_account() {
  (
    umask 077
    kubectl config view --raw --minify --flatten -o jsonpath='{.clusters[0].cluster.certificate-authority-data}' | base64 -d >"$work/ca.crt"
    config() { kubectl config --kubeconfig="$work/kubeconfig" "$@" >/dev/null; }
    config set-cluster e2e --server="$(kubectl config view --minify -o jsonpath='{.clusters[0].cluster.server}')" --certificate-authority="$work/ca.crt" --embed-certs=true
    config set-credentials operator --token="$(kubectl create token -n colocatedcache-system colocatedcache-operator --duration=1h)"
    config set-context e2e --cluster=e2e --user=operator
    config use-context e2e
  )
}
# Runs that jar under the operator's account until it is stopped; what it says is in $work/LOG.log.
operator() { # jar log
  KUBECONFIG=$work/kubeconfig java -XX:TieredStopAtLevel=1 -jar "$1" run --port 0 </dev/null >"$work/$2.log" 2>&1 &
  running_operator=$!
  pids+=("$running_operator")
}
stop_operator() {
  kill "$running_operator"
  wait "$running_operator" 2>/dev/null || true
}
