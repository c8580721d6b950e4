"""Programs of the command line by what running one does, as data. A program that is not here is taken to write."""

from typing import Final

from extproc.classify.tokens import word_set
from extproc.model.intent import Intent

_READ: Final = """
ls ll dir pwd cat bat head tail less more grep egrep fgrep rg ag ack wc sort uniq cut tr awk gawk sed echo printf
date cal whoami id groups uname hostname uptime df du free ps top htop pgrep lsof ss netstat ip ifconfig route dig
nslookup host ping ping6 traceroute tracepath mtr which whereis type file stat readlink realpath basename dirname
tree find fd locate diff cmp comm md5sum sha1sum sha256sum sha512sum cksum b2sum true false test [ [[ : seq expr bc
dc factor yes sleep wait man info help apropos jq yq xmllint strings xxd od hexdump nl tac rev fold column paste
join expand fmt tsort shuf look lscpu lsblk lsmod lsusb lspci dmesg journalctl vmstat iostat sar mpstat w who last
lastlog getent locale tty arch nproc zcat bzcat xzcat zgrep zless base64 base32 cd pushd popd dirs alias history
jobs let declare local readonly read return break continue shift exit getopts set unset test time pstree finger
blkid findmnt getfacl lsattr getconf nm objdump readelf ldd size tput clear reset cloc tokei shellcheck eslint
flake8 pylint ruff mypy tsc hadolint yamllint whois hash ulimit umask trap exa eza lsb_release timedatectl
hostnamectl screenfetch neofetch sensors nvidia-smi numfmt iconv envsubst watch jstack
"""
_WRITE: Final = """
cp mv mkdir touch ln chmod chown chgrp install tee tar zip unzip gzip gunzip bzip2 bunzip2 xz unxz 7z patch split
csplit make cmake ninja bazel gradle mvn ant gcc g++ cc clang go cargo rustc javac npm yarn pnpm npx bun deno pip
pip3 pipx uv poetry conda gem bundle composer apt apt-get yum dnf brew apk pacman snap choco winget mount
systemd-run nano vi vim emacs ed ex export source . at batch useradd adduser usermod groupadd ssh-keygen ssh-copy-id
openssl ssh-add git-lfs jest pytest tox rspec phpunit ansible ansible-playbook puppet chef salt logger wall write
screen tmux nohup disown bg fg ffmpeg convert magick pandoc rename sponge setfacl ldconfig update-alternatives
modprobe insmod a2ensite nginx apachectl certbot docker-machine vagrant packer code open xdg-open start createdb
createuser gsettings defaults
"""
_DESTRUCTIVE: Final = """
rm rmdir unlink shred wipe srm dd mkfs mke2fs wipefs fdisk parted sfdisk gdisk sgdisk truncate kill pkill killall
xkill fuser halt poweroff reboot shutdown init telinit userdel deluser groupdel delgroup umount swapoff rmmod
cryptsetup lvremove vgremove pvremove zpool zfs mdadm iptables ip6tables nft ufw firewall-cmd setenforce passwd
chpasswd dropdb dropuser blkdiscard hdparm del erase rd format diskpart visudo chattr losetup sysctl crontab debugfs
kexec pvcreate mkswap remove-item clear-content stop-process stop-computer restart-computer deltree cipher vssadmin
bcdedit wevtutil auditctl
"""
_SENDS: Final = """
nc ncat netcat socat telnet ftp sftp lftp tftp scp rclone mail mailx mutt sendmail swaks msmtp ssmtp croc wormhole
magic-wormhole transfer ngrok cloudflared chisel bore localtunnel iodine dnscat2 smbclient azcopy ffsend curlftpfs
s5cmd slackcat
"""
_DUMPS: Final = """
pg_dump pg_dumpall mysqldump mariadb-dump mongodump mongoexport pg_basebackup mysqlpump expdp exp redis-dump
sqlite3_dump couchbackup dynamodump elasticdump gcore procdump mimikatz secretsdump hashdump tcpdump tshark bcp
"""
# Whatever they are given, they show what should stay.
_SECRETS: Final = """
printenv pass gopass keyring secret-tool lpass bw op keepassxc-cli chntpw unshadow hashcat john
"""

PROGRAMS: Final[dict[str, Intent]] = {
    **dict.fromkeys(_READ.split(), Intent.READ),
    **dict.fromkeys(_WRITE.split(), Intent.WRITE),
    **dict.fromkeys(_DESTRUCTIVE.split(), Intent.DESTRUCTIVE),
    **dict.fromkeys(_SENDS.split(), Intent.EXFILTRATIVE),
}
DUMPS: Final = frozenset(_DUMPS.split())
SECRETS: Final = frozenset(_SECRETS.split())

SHELLS: Final = word_set("sh bash zsh dash ksh ash fish csh tcsh busybox pwsh powershell cmd cmd.exe")
INTERPRETERS: Final = word_set(
    """
    python python2 python3 perl ruby node nodejs php lua deno bun osascript pwsh powershell tclsh
    """
)
# Programs that run the command in their arguments, and those of their flags that take a value.
WRAPPERS: Final[dict[str, frozenset[str]]] = {
    "sudo": word_set("-u -g -h -p -C -r -t -U --user --group"),
    "doas": frozenset({"-u", "-C"}),
    "nohup": frozenset(),
    "env": frozenset({"-u", "-C", "-S", "--unset", "--chdir"}),
    "time": frozenset({"-o", "-f"}),
    "nice": frozenset({"-n"}),
    "ionice": frozenset({"-c", "-n", "-p"}),
    "timeout": frozenset({"-s", "-k", "--signal", "--kill-after"}),
    "setsid": frozenset(),
    "stdbuf": frozenset({"-i", "-o", "-e"}),
    "command": frozenset(),
    "builtin": frozenset(),
    "exec": frozenset({"-a"}),
    "eval": frozenset(),
    "xargs": word_set("-I -n -P -L -d -a -s -E --max-args --max-procs --delimiter"),
    "parallel": frozenset({"-j", "-N", "--jobs"}),
    "watch": frozenset({"-n", "--interval"}),
    "chroot": frozenset(),
    "strace": frozenset({"-o", "-e", "-p"}),
    "unbuffer": frozenset(),
    "script": frozenset({"-c"}),
    "flock": frozenset({"-w"}),
    "runuser": frozenset({"-u"}),
    "then": frozenset(),
}
# Wrappers whose first argument is not the command.
SKIPS_ONE: Final = frozenset({"timeout", "chroot", "flock"})
DOWNLOADERS: Final = word_set("curl wget aria2c http https fetch lynx w3m")
DECODERS: Final = word_set("base64 base32 xxd openssl uudecode gunzip zcat gzip tr rev")
# Programs that show the contents of the files they are given.
SHOWS_FILES: Final = word_set(
    """
    cat bat head tail less more grep egrep fgrep rg awk gawk sed sort uniq cut strings xxd od hexdump nl tac rev
    fold base64 base32 cp mv tar zip gzip bzip2 xz 7z scp rsync jq yq tee dd source . curl wget nc ln paste openssl
    vim vi nano view install diff comm column split zcat zgrep xmllint python python3 install gsutil rclone aws echo
    """
)
RESOLVERS: Final = word_set("nslookup dig host ping ping6 getent drill kdig resolvectl")
