# Sourced by e2e/demo and e2e/docs: runs in their shell what a page of the docs says to type, and fails where it prints
# something else. They have `fail` and the folder $work.

# What is not run, a line each: the page, the command as the page has it, and after # why not.
not_run() {
  cat <<'END'
README.md          make demo                     # e2e/demo runs it
README.md          make test                     # the tests themselves
README.md          make image                    # e2e/images builds each image, as root and on a base of its own
docs/tutorial.md   make demo                     # e2e/demo has run it already, and looks at what it shows
docs/tutorial.md   kind create cluster --config - <<< '{kind: Cluster, apiVersion: kind.x-k8s.io/v1alpha4, nodes: [{role: control-plane}, {role: worker}, {role: worker}, {role: worker}]}'    # needs Docker
docs/tutorial.md   make image                    # e2e/images builds each image, as root and on a base of its own
docs/tutorial.md   kind load docker-image colocatedcache/operator:0.1.0-SNAPSHOT    # needs Docker
docs/tutorial.md   kubectl apply -k deploy/      # on kind, which needs Docker; e2e/docs runs it for README.md
docs/tutorial.md   kubectl create namespace checkout    # on kind, which needs Docker; make demo does the same
docs/tutorial.md   kubectl apply -f samples/checkout-cache-follows-service.yaml    # on kind, which needs Docker; make demo does the same
docs/cli.md        make plugin                   # e2e/docs has run it already, in the tree that it is for
docs/life-test.md  make life                     # an hour; LifeIT plays some bursts of it in make test
docs/life-test.md  make life SEED=17 WORLDS=1 OPS=300    # minutes; LifeIT plays some bursts of it in make test
docs/runbook.md    kubectl logs --previous       # the pod is yours to name
docs/runbook.md    kubectl get lease -n colocatedcache-system colocatedcache-operator -o yaml    # one operator runs here, without an election: LeaderElectionIT
END
}
is_not_run() { # page command
  local page command reason
  while read -r page command; do
    reason=${command##* \# }
    [[ $page != "$1" || $(bare "$command") != "$2" ]] || return 0
  done < <(not_run)
  return 1
}
# A command without the comment behind it.
bare() { sed -E 's/ +# .*$//' <<<"$1"; }

# Runs the commands of a page's console blocks, those apart that are not run, and compares what each prints with the lines
# below it. Where a block shows nothing that is printed, as where … stands alone, a command has to succeed.
follow() { # page
  local page=$1 line inside='' shown='' i
  local commands=() printed=()
  while IFS= read -r line <&3; do
    case $inside:$line in
      :'```'*)
        inside=${line#'```'}
        # One without a language, too, is a block.
        inside=${inside:-text} commands=() printed=() shown=''
        ;;
      :*) ;;
      *:'```')
        for i in "${!commands[@]}"; do
          is_not_run "$page" "${commands[i]}" || typed "$page" "${commands[i]}" "${printed[i]}" "$shown"
        done
        inside=''
        ;;
      console:'$ '*) commands+=("$(bare "${line#'$ '}")") printed+=('') ;;
      console:*) printed[-1]+=$line$'\n' shown=yes ;;
    esac
  done 3<"$page"
}

typed() { # page command printed shown
  local status=0
  printf '%s\t%s\n' "$1" "$2" >>"$work/typed"
  printf '$ %s\n' "$2"
  eval "$2" >"$work/printed" 2>&1 </dev/null 3<&- || status=$?
  if [[ -z ${4:-} || ${3:-} == $'…\n' ]]; then
    ((status == 0)) || { cat "$work/printed" >&2 && fail "what $1 says to type fails: $2"; }
    return
  fi
  matches "$3" "$work/printed" || {
    printf 'expected:\n%s\nprinted:\n' "$3" >&2
    cat "$work/printed" >&2
    fail "$1 says otherwise of: $2"
  }
}
# However it is spaced; … stands for any text, and alone on a line for any lines; an age at the end of a line for any age.
matches() { # expected file
  local pattern any=$'([^\n]*\n)*'
  pattern=$(printf '%s' "$1" | sed -E 's/ +/ /g; s/ $//; s/[][\\.*^$+?(){}|]/\\&/g; s/ [0-9]+[smhd]$/ [0-9smhd]+/; s/^…$/\x01/; s/…/[^\n]*/g' && printf .)
  pattern=${pattern%.}
  pattern=${pattern//$'\x01\n'/$any}
  [[ $(sed -E 's/ +/ /g; s/ $//' "$2" && printf .) =~ ^${pattern}\.$ ]]
}
