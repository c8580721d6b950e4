"""What names of tools say: the verb that rules, wherever it stands."""

import pytest

from extproc.classify.names import read_name
from extproc.model.intent import Intent

_R, _W, _D, _X = Intent.READ, Intent.WRITE, Intent.DESTRUCTIVE, Intent.EXFILTRATIVE


@pytest.mark.parametrize(
    ("name", "intent"),
    [
        ("getUserById", _R),
        ("pods_delete", _D),
        ("list_deleted_items", _R),
        ("get_update_status", _R),
        ("storage_sync_group_get", _R),
        ("get_or_create_label", _W),
        ("find_and_delete", _D),
        ("unresolve_thread", _W),
        ("open_file", _R),
        ("open_issue", _W),
        ("open_garage", _D),
        ("generate_summary", _R),
        ("generate_api_key", _W),
        ("disable_notifications", _W),
        ("disable_mfa", _D),
        ("stop_timer", _W),
        ("stop_instance", _D),
        ("create_payment_link", _W),
        ("create_refund", _D),
        ("get_access_token", _X),
        ("get_token_count", _R),
        ("get_secret_scanning_alert", _R),
        ("get_env_vars", _X),
        ("make_repository_public", _X),
        ("order_status", _R),
        ("post_status", _W),
        ("exchange_rates", _R),
        ("reduce_price", _W),
        ("kick_member", _D),
        ("recent_orders", _R),
        ("schema_analyzer", _R),
        ("link_shortener", _W),
        ("pattern_analysis", _R),
        ("generate_invoice_qr_code", _R),
        ("generate_link_for_invoice", _W),
        ("map_website", _R),
    ],
)
def test_a_name_is_read_by_its_verb_and_what_it_is_done_to(name: str, intent: Intent) -> None:
    assert read_name(name).intent is intent
    assert read_name(name).code is not None


@pytest.mark.parametrize(
    "name", ["query", "execute_sql", "manage_user", "run", "bash", "http_request", "file_manager", "git", "aws"]
)
def test_names_that_leave_it_to_the_arguments_are_generic(name: str) -> None:
    assert read_name(name).generic or read_name(name).verb == "query"


@pytest.mark.parametrize("name", ["", "x", "frob_widget", "éé", "9", "_" * 5000])
def test_a_name_without_a_known_verb_says_nothing(name: str) -> None:
    assert read_name(name).code is None
    assert read_name(name).intent is _W
