"""Command lines with subcommands: what each phrase of subcommands and flags does, as data.

A row is a class and its phrases, separated by semicolons. All words of a phrase must be there; the first phrase of a
program that fits rules, so that what is severe stands first. The empty phrase is what all else does.
"""

from typing import Final

from extproc.classify.tokens import word_set
from extproc.model.intent import Intent

_Rows = tuple[tuple[Intent, str], ...]
_READ, _WRITE, _DESTROY, _SEND = Intent.READ, Intent.WRITE, Intent.DESTRUCTIVE, Intent.EXFILTRATIVE

_TABLE: Final[dict[str, _Rows]] = {
    "git": (
        (
            _DESTROY,
            (
                "push --force; push -f; push --force-with-lease; push --delete; push -d; push --mirror; push "
                "--prune; reset --hard; clean; branch -D; branch -d; branch --delete; tag -d; tag --delete; stash "
                "drop; stash clear; filter-branch; filter-repo; reflog expire; reflog delete; gc --prune; restore; "
                "update-ref -d; rm; checkout --; checkout -f; checkout .; worktree remove; remote remove; remote "
                "rm; submodule deinit; prune; rebase --root; switch -f; lfs prune; credential reject"
            ),
        ),
        (_SEND, "credential fill"),
        (_WRITE, "bundle"),
        (
            _READ,
            (
                "status; log; diff; show; blame; shortlog; describe; rev-parse; rev-list; ls-files; ls-remote; "
                "ls-tree; cat-file; grep; reflog; name-rev; count-objects; whatchanged; show-ref; for-each-ref; "
                "merge-base; help; version; --version; check-ignore; var; range-diff; cherry; fsck; verify-commit; "
                "remote -v; stash list; stash show; branch -a; branch -v; branch -r; branch --list; tag -l; tag "
                "--list; config --get; config --list; config -l; worktree list; branch --show-current; remote show; "
                "remote get-url; submodule status"
            ),
        ),
        (_WRITE, ""),
    ),
    "kubectl": (
        (_SEND, "get secret; get secrets"),
        (_READ, "describe secret"),
        (_SEND, "config view --raw; create token; cp"),
        (_DESTROY, "delete; drain; replace; rollout undo; scale --replicas=0; apply --prune; taint"),
        (_WRITE, "cordon; debug"),
        (
            _READ,
            (
                "apply --dry-run; rollout status; rollout history; auth can-i; get; describe; logs; top; explain; "
                "api-resources; api-versions; version; cluster-info; diff; events; wait; auth; options; kustomize; "
                "completion; config view; config get-contexts; config current-context; config get-clusters"
            ),
        ),
        (_WRITE, ""),
    ),
    "docker": (
        (
            _DESTROY,
            (
                "rm; rmi; kill; stop; prune; down; volume rm; compose down; compose rm; compose kill; swarm leave; "
                "stack rm; service rm"
            ),
        ),
        (_WRITE, "save; export; login"),
        (
            _READ,
            ("ps; images; logs; inspect; version; info; stats; top; port; diff; history; search; events; ls; config"),
        ),
        (_WRITE, ""),
    ),
    "terraform": (
        (
            _DESTROY,
            (
                "destroy; apply -destroy; apply -auto-approve; apply; state rm; state push; "
                "workspace delete; force-unlock"
            ),
        ),
        (_SEND, "state pull"),
        (_WRITE, "taint"),
        (
            _READ,
            ("output; state list; state show; plan; show; validate; version; graph; providers; fmt; workspace"),
        ),
        (_WRITE, ""),
    ),
    "systemctl": (
        (
            _DESTROY,
            (
                "stop; kill; disable; mask; poweroff; reboot; halt; isolate; rescue; emergency; "
                "kexec; suspend; hibernate"
            ),
        ),
        (
            _READ,
            (
                "status; is-active; is-enabled; is-failed; list-units; list-unit-files; list-timers; show; cat; "
                "list-dependencies"
            ),
        ),
        (_WRITE, ""),
    ),
    "crontab": (
        (_DESTROY, "-r"),
        (_READ, "-l"),
        (_DESTROY, ""),
    ),
    "ip": (
        (_DESTROY, "del; delete; flush; down"),
        (_WRITE, "add; set"),
        (_READ, ""),
    ),
    "zfs": (
        (_READ, "list; get"),
        (_WRITE, "create; snapshot"),
        (_SEND, "send"),
        (_DESTROY, ""),
    ),
    "zpool": (
        (_READ, "list; status"),
        (_DESTROY, ""),
    ),
    "fuser": (
        (_DESTROY, "-k"),
        (_READ, ""),
    ),
    "sysctl": (
        (_DESTROY, "-w"),
        (_WRITE, "-p"),
        (_READ, ""),
    ),
    "iptables": (
        (_READ, "-L; -S"),
        (_DESTROY, ""),
    ),
    "ufw": (
        (_READ, "status"),
        (_WRITE, "allow"),
        (_DESTROY, ""),
    ),
    "fdisk": (
        (_READ, "-l"),
        (_DESTROY, ""),
    ),
    "parted": (
        (_READ, "-l"),
        (_DESTROY, ""),
    ),
    "kill": (
        (_READ, "-l; -0"),
        (_DESTROY, ""),
    ),
    "vault": (
        (_SEND, "kv get; read"),
        (_READ, "status; list"),
        (_DESTROY, "delete; destroy"),
        (_READ, "token lookup"),
        (_DESTROY, "revoke"),
        (_READ, "kv list"),
        (_DESTROY, "seal"),
        (_WRITE, ""),
    ),
    "gpg": (
        (_SEND, "--export-secret-keys"),
        (_READ, "--list-keys; --verify"),
        (_DESTROY, "--delete-secret-keys"),
        (_WRITE, ""),
    ),
    "security": (
        (_SEND, "find-generic-password; find-internet-password; dump-keychain"),
        (_WRITE, ""),
    ),
    "npm": (
        (_DESTROY, "unpublish; deprecate"),
        (_SEND, "token"),
        (_READ, "ls; list; view; outdated"),
        (_WRITE, "audit fix"),
        (_READ, "audit; search; info; --version; -v; whoami"),
        (_WRITE, ""),
    ),
    "pip": (
        (_READ, "list; show; freeze; check; --version"),
        (_DESTROY, "uninstall"),
        (_WRITE, ""),
    ),
    "apt": (
        (_DESTROY, "purge; remove; autoremove; erase"),
        (_READ, "list; search; show; info; policy"),
        (_DESTROY, "uninstall"),
        (_WRITE, ""),
    ),
    "go": (
        (_READ, "version; env; list; vet; doc"),
        (_WRITE, ""),
    ),
    "cargo": (
        (_READ, "check; tree; search; clippy"),
        (_DESTROY, "yank; clean"),
        (_WRITE, ""),
    ),
    "make": (
        (_READ, "-n"),
        (_DESTROY, "clean"),
        (_WRITE, ""),
    ),
    "pytest": (
        (_READ, "--collect-only"),
        (_WRITE, ""),
    ),
}
CLI: Final[dict[str, tuple[tuple[str, Intent], ...]]] = {
    program: tuple((phrase.strip(), intent) for intent, phrases in rows for phrase in phrases.split(";"))
    for program, rows in _TABLE.items()
}
CLI_ALIASES: Final = {
    "k": "kubectl",
    "oc": "kubectl",
    "podman": "docker",
    "nerdctl": "docker",
    "docker-compose": "docker",
    "tofu": "terraform",
    "terragrunt": "terraform",
    "service": "systemctl",
    "yarn": "npm",
    "pnpm": "npm",
    "pip3": "pip",
    "uv": "pip",
    "apt-get": "apt",
    "yum": "apt",
    "dnf": "apt",
    "brew": "apt",
    "apk": "apt",
    "snap": "apt",
    "choco": "apt",
    "ip6tables": "iptables",
    "dpkg": "apt",
}
# Command lines whose subcommands are verbs in clear words: read like names of tools.
VERBAL: Final = word_set(
    """
    acli ansible-vault argocd atlas aws az b2 bq cdk cf chamber consul copilot crane crictl ctr doctl doppler dotnet
    ecs-cli eksctl etcdctl firebase flux fly flyctl gcloud gh glab gsutil helm heroku ibmcloud infisical influx
    istioctl jira k3d kafka-topics kind linode-cli lxc mc minikube mongocli multipass netlify nmcli nomad oci okta
    pulumi rabbitmqctl railway sam sentry-cli serverless skopeo sls snyk stripe supabase vboxmanage velero vercel
    virsh wrangler
    """
)
# Of these, the ones whose first word always names a group of things.
GROUPED: Final = word_set("aws az doctl gcloud gh glab ibmcloud linode-cli oci")
