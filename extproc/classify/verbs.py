"""The verbs of names and descriptions by class, as data: what APIs, command lines and tools call what they do."""

from typing import Final

from extproc.classify.tokens import word_set
from extproc.model.intent import Intent

_READ: Final = """
plan get list read fetch search find describe show view lookup retrieve inspect check count browse explore analyze
analyse summarize summarise compare validate verify preview watch monitor tail head explain estimate calculate
compute convert translate parse detect discover diagnose scan measure suggest recommend generate synthesize navigate
goto screenshot echo whoami exists diff peek poll observe audit enumerate identify extract crawl scrape render
simulate lint print cat ls grep hover scroll download display troubleshoot trace predict forecast rank classify
tokenize outline recall introspect choose pick glob stat determine investigate resolve ask think sleep wait help
ping contains match sum average aggregate open select filter test visualize visualise plot benchmark geocode
recognize transcribe ocr decode decompile disassemble interpret lists gets return load know see understand inquire
learn access track traverse discovery autocomplete decide probe walk dryrun infer catalog whatis consult profile
debug collect gather obtain report audits guess highlight assess embed locate examine correlate survey tabulate
visit rerank sniff quote solve review score sample cite attribute refetch subtotal iterate paginate surface
mentionable recapitulate recap spellcheck proofread map
answer assert brainstorm chart concatenate condense critique deduce derive deserialize differentiate digest distill
divide elaborate encode graph hash hunt interpolate interpret judge listen multiply paraphrase prefetch quantify
reflect round serialize simplify study subtract tell tour transpile vet weigh
"""
_WRITE: Final = """
disable create add insert update set write edit modify change put patch post upload save store append rename move
copy clone merge commit push publish deploy install apply configure register enable activate start resume restart
reload rebuild assign unassign invite join leave follow unfollow subscribe unsubscribe like unlike star unstar pin
unpin react reply comment send notify message email mail sms tweet forward share submit approve reject accept
decline acknowledge unacknowledge confirm book reserve schedule reschedule order checkout charge invoice import sync
migrate scale resize tag untag label unlabel link unlink attach detach mount unmount bind connect disconnect lock
close reopen archive unarchive restore mute unmute pause play click type fill press drag toggle turn trigger
dispatch invoke emit enqueue ingest index reindex draft compose record transition promote demote escalate snooze
mark unmark upsert provision bootstrap init initialize setup launch spawn fork branch checkout cherry stage unstage
stash rebase tune refresh rotate renew extend grant allow permit authorize authorise login logout signin signup
signout seed backfill put replicate mirror backup compile build train finetune unfreeze upgrade downgrade assume
increment decrement adjust ensure alter switch complete transfer make stop lock subscribe skip seek shuffle dim
brighten arm customize personalise personalize fulfill ship award annotate vote rate flag crop compress encrypt
decrypt sign queue requeue retry rerun redeliver rollout hire onboard enroll enrol issue adopt remember memorize
persist cache warm note log remind capture unblock pay unsuspend reactivate undelete unmask grow shrink expand
broadcast announce crosspost retweet repost distribute dial ring fire relabel rewrite swap replace give place raise
file allocate amend arrange author autofix fix correct repair heal bump claim concat contribute craft credit defer
define delegate deliver deposit designate duplicate elevate endorse enter establish feed finalize finalise finish
flip freeze group initiate inject instantiate instrument integrate lend lift mint nominate nudge optimize
optimise orchestrate organize organise override pack page pair park partition paste populate prepare prepend
prioritize prioritise produce propagate propose rearrange reassign rebalance recalculate reconfigure reconnect
recover recreate redact redirect refactor refill refine reformat regenerate reinstall reissue relate relaunch relay
relink relocate remediate reorder reorganize repeat replay republish resend reseed reshape respond resubmit resync
retrain route secure separate settle shift shorten signal silence split squash stamp steer stream suppress tailor
tidy throttle touch transcode transmit trim tweak unbind unshare untrack utilize version warn whitelist wrap yield
dismiss compact release rekey handoff onboarding deny autosave bookmark favorite favourite friend unfriend pledge
chain clock punch tip wake hibernate unsnooze downvote upvote commentate
acquire act advertise align animate anonymize appoint assemble associate augment automate bake bid bill blend blink
blur boost boot borrow bundle calibrate cast checkin checkpoint collapse combine commission consolidate construct
consume continue cut cycle debit decompress decrease deduct deduplicate deprecate deselect disassociate dismount
dispense dissociate draw drive enforce engage enhance enlarge enrich exchange exclude exit extrude flatten focus forbid
forge fuse hide hold host implement improve include increase inflate inhibit isolate jump keep land layer level limit
lower maintain mask melt mine mix model name negotiate offer overlay paint pan pass plant plug position postpone power
prefill pulse quit reboot reconcile rectify redo reduce reinstate reposition reroll restrict retain revise revive rewind
roll sanitize scaffold seal segment sequence shake shape sharpen shelve slice slide smooth snap snapshot spin sponsor
stack stake step stitch style substitute swipe tap teach teleport throw transport travel unhide unshelve unstake
unwind unzip upscale watermark withhold zip zoom
"""
_DESTRUCTIVE: Final = """
delete remove destroy drop purge truncate erase wipe clear flush reset terminate kill shutdown uninstall revoke
overwrite prune expire evict ban suspend deactivate decommission deprovision unpublish discard trash format nuke
obliterate annihilate unregister deregister cancel abort force drain cordon rollback revert undo rm rmdir del empty
expunge shred withdraw refund payout payoff reverse forfeit liquidate wire void dissolve delist blacklist block
quarantine disarm unlock sterilize scrub zap teardown detonate halt poweroff deallocate sell buy trade unprotect
unenroll offboard dispose vacate deletion removal disburse remit donate redeem cleanup clean impersonate purchase
spend abandon retire sunset eject evacuate invalidate expel unset strip zero rebuke chargeback denylist dequeue
desync kick burn sever demolish dismantle disband surrender recycle yank invest gift explode deauthorize
deauthorise unpair forget exterminate
"""
# Verbs that reveal or carry out data by themselves.
_EXFILTRATIVE: Final = """
dump exfiltrate leak expose reveal
"""

VERBS: Final[dict[str, Intent]] = {
    **dict.fromkeys(_READ.split(), Intent.READ),
    **dict.fromkeys(_WRITE.split(), Intent.WRITE),
    **dict.fromkeys(_DESTRUCTIVE.split(), Intent.DESTRUCTIVE),
    **dict.fromkeys(_EXFILTRATIVE.split(), Intent.EXFILTRATIVE),
    "export": Intent.READ,
}

# Words of the table that are at least as often nouns or adjectives: they count as a verb where a verb stands
# (first, or last after nouns), never behind another verb.
NOUNS_TOO: Final = word_set(
    """
    place file map page group sample score quote review version stream credit deposit fix split shift signal fill
    pair park touch feed route tip clock chain friend bookmark favorite favourite strip clean zero spend purchase
    surface raise lift pack claim wrap trim secure separate
    issue comment message email mail sms label tag branch commit release report record log order invoice schedule
    archive backup index cache note draft build link pin star share fork post queue lock profile trace plan format
    force plot match sum average aggregate diff stage mirror ring fire vote rate flag type play trade format void
    block empty complete access stash change track trigger patch import export refund transfer payout charge book
    checkout merge view tree head print forecast help outline audit sign signup login logout wire complete extract
    mount press switch copy dump match display benchmark catalog rank debug cherry profile capture broadcast reset
    buy store reverse expire turn like mark snapshot screenshot scale stat report return count discovery seed note
    cat crop award ship sleep wait ask step test reply join leave grant restore filter alter access load run process
    compute deploy sync install apply start stop upgrade scale shop connect move pay contact detail reading upload
    download post enable generate
    answer act bake bid bill blend blur boost boot bundle burn cast chart checkpoint commission cut cycle debit digest
    draw drive exchange exit focus forge fuse gift graph hash hide hold host hunt invest jump keep kick land layer level
    limit lower mask mine mix model name offer overlay paint pan pass plant plug position power pulse recycle round seal
    segment sequence shake shape slice slide snap spin sponsor stack stake step stitch style study substitute swipe tap
    tour transport travel watermark zip zoom align map
    """
)

# Of those, the ones that are verbs when they come last: `extension_cli_generate`, `webapp_deploy`.
VERBS_AT_THE_END: Final = word_set(
    """
    generate deploy sync install apply start stop upgrade scale connect move upload download restore import enable
    post pay
    """
)

# Two words that mean one thing; looked up before single words.
PHRASES: Final[dict[tuple[str, str], Intent]] = {
    ("turn", "off"): Intent.WRITE,
    ("turn", "on"): Intent.WRITE,
    ("shut", "down"): Intent.DESTRUCTIVE,
    ("power", "off"): Intent.DESTRUCTIVE,
    ("power", "on"): Intent.WRITE,
    ("roll", "back"): Intent.DESTRUCTIVE,
    ("tear", "down"): Intent.DESTRUCTIVE,
    ("wipe", "out"): Intent.DESTRUCTIVE,
    ("force", "push"): Intent.DESTRUCTIVE,
    ("opt", "out"): Intent.WRITE,
    ("log", "in"): Intent.WRITE,
    ("log", "out"): Intent.WRITE,
    ("sign", "in"): Intent.WRITE,
    ("sign", "out"): Intent.WRITE,
    ("sign", "up"): Intent.WRITE,
    ("check", "in"): Intent.WRITE,
    ("check", "out"): Intent.WRITE,
    ("set", "up"): Intent.WRITE,
    ("scale", "down"): Intent.WRITE,
    ("clean", "up"): Intent.DESTRUCTIVE,
    ("look", "up"): Intent.READ,
    ("dry", "run"): Intent.READ,
    ("who", "am"): Intent.READ,
    ("opt", "in"): Intent.WRITE,
    ("mark", "as"): Intent.WRITE,
    ("health", "check"): Intent.READ,
    ("what", "if"): Intent.READ,
    ("fan", "out"): Intent.WRITE,
    ("close", "account"): Intent.DESTRUCTIVE,
    ("empty", "trash"): Intent.DESTRUCTIVE,
    ("work", "log"): Intent.READ,
    ("find", "replace"): Intent.WRITE,
    ("search", "replace"): Intent.WRITE,
    ("select", "option"): Intent.WRITE,
    ("drag", "drop"): Intent.WRITE,
    ("start", "search"): Intent.READ,
    ("start", "crawl"): Intent.READ,
    ("start", "scan"): Intent.READ,
    ("top", "up"): Intent.WRITE,
    ("fill", "in"): Intent.WRITE,
    ("close", "position"): Intent.DESTRUCTIVE,
    ("wake", "up"): Intent.WRITE,
    ("transfer", "ownership"): Intent.DESTRUCTIVE,
    ("add", "numbers"): Intent.READ,
    ("start", "here"): Intent.READ,
}


def verb_class(word: str) -> Intent | None:
    """Return the class of a verb, also one that undoes or repeats another (`unresolve`, `rescan`); None for others."""
    found = VERBS.get(word)
    if found is None and word.endswith(("search", "lookup")):
        return Intent.READ
    if found is not None or not word.startswith(("un", "re")):
        return found
    stem = VERBS.get(word[2:])
    return Intent.WRITE if stem is Intent.READ and word.startswith("un") else stem
