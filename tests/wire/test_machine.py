"""The exchange machine in conversation: every shape of traffic that Envoy sends."""

from dataclasses import replace

import pytest

from extproc.mcp.sse import SseComment, SseFault
from extproc.model.attested import Attested
from extproc.wire.answers import Emit, Forward, Respond, Stream
from extproc.wire.commands import Continue, Evaluate, Part, Reply, RequestDocument, ResponseDocument, StreamItem
from extproc.wire.events import (
    BodyMode,
    Elapsed,
    Evaluated,
    Modes,
    RequestBody,
    RequestHeaders,
    ResponseBody,
    ResponseTrailers,
)
from extproc.wire.machine import REMOVED_HEADERS, ExchangeMachine
from extproc.wire.modes import WRONG_MODES
from tests.playbook import Playbook
from tests.wire.conversation import (
    ASK_FOR_BODY,
    ASKED,
    BODY,
    CLOSE_STREAM,
    DROP_REQUEST_TRAILERS,
    DROP_RESPONSE_TRAILERS,
    END,
    FORWARD,
    GET,
    HEAD,
    HEAD_ALONE,
    JUDGE_BODY,
    JUDGE_EMPTY_BODY,
    JUDGE_HEAD,
    JUDGE_RESPONSE,
    JUDGE_REST,
    LAST,
    PENDING,
    POST,
    REPLY,
    REQUEST_TRAILERS,
    RESPOND,
    RESPONSE_TRAILERS,
    SEND_HEAD,
    SEND_REQUEST,
    SEND_REQUEST_HEAD,
    SEND_RESPONSE,
    START_STREAM,
    STREAM,
    WHOLE,
    chunk,
    emit,
    judge_end,
    judge_event,
    judge_response_head,
    sent,
    wait,
)


def forwarded() -> Playbook:
    """Begin with a POST that was let through."""
    return Playbook() >> POST << ASK_FOR_BODY >> BODY << JUDGE_BODY >> FORWARD << SEND_REQUEST


def streaming() -> Playbook:
    """Begin with a POST whose response is an event stream."""
    return forwarded() >> HEAD << judge_response_head() >> STREAM << START_STREAM


def test_a_post_with_a_json_response_is_judged_whole_in_both_directions() -> None:
    assert (
        forwarded()
        >> HEAD
        << judge_response_head()
        >> FORWARD
        << SEND_HEAD
        >> WHOLE
        << JUDGE_RESPONSE
        >> FORWARD
        << SEND_RESPONSE
    )


def test_a_request_without_a_body_is_judged_by_its_head() -> None:
    assert Playbook() >> GET << JUDGE_HEAD >> FORWARD << SEND_REQUEST_HEAD


def test_an_empty_body_is_judged_as_one() -> None:
    assert Playbook() >> POST << ASK_FOR_BODY >> RequestBody(chunk=b"") << JUDGE_EMPTY_BODY >> RESPOND << REPLY


def test_a_body_that_trailers_follow_goes_on_without_them() -> None:
    body = RequestBody(chunk=b"asked", end_of_stream=False)
    assert (
        Playbook()
        >> POST
        << ASK_FOR_BODY
        >> body
        << JUDGE_BODY
        >> FORWARD
        << SEND_REQUEST
        >> REQUEST_TRAILERS
        << DROP_REQUEST_TRAILERS
    )


def test_trailers_in_place_of_a_body_are_judged_as_an_empty_one() -> None:
    assert Playbook() >> POST << ASK_FOR_BODY >> REQUEST_TRAILERS << JUDGE_EMPTY_BODY >> RESPOND << REPLY


def test_trailers_in_place_of_a_body_never_go_on() -> None:
    assert (
        Playbook() >> POST << ASK_FOR_BODY >> REQUEST_TRAILERS << JUDGE_EMPTY_BODY >> FORWARD << DROP_REQUEST_TRAILERS
    )


def test_a_mutated_request_goes_on_with_its_new_body_and_headers() -> None:
    answer = Forward(
        body=b"new", set_headers=(("mcp-param-a", "1"),), remove_headers=("x",), metadata={"outcome": "mutate"}
    )
    assert (
        Playbook()
        >> POST
        << ASK_FOR_BODY
        >> BODY
        << JUDGE_BODY
        >> Evaluated(answer=answer)
        << Continue(
            part=Part.REQUEST_BODY,
            body=b"new",
            set_headers=(("mcp-param-a", "1"),),
            remove_headers=("x",),
            metadata={"outcome": "mutate"},
        )
    )


def test_no_request_asks_for_a_compressed_response() -> None:
    for command in (ASK_FOR_BODY, SEND_REQUEST_HEAD):
        assert command.remove_headers == REMOVED_HEADERS


def test_a_response_without_a_body_is_judged_by_its_head() -> None:
    assert forwarded() >> HEAD_ALONE << judge_response_head(bodyless=True) >> FORWARD << SEND_HEAD


def test_a_refused_response_head_is_answered_in_place_of_the_server() -> None:
    assert forwarded() >> HEAD << judge_response_head() >> RESPOND << REPLY
    assert forwarded() >> HEAD_ALONE << judge_response_head(bodyless=True) >> RESPOND << REPLY


def test_trailers_after_a_response_body_are_dropped() -> None:
    assert (
        forwarded()
        >> HEAD
        << judge_response_head()
        >> FORWARD
        << SEND_HEAD
        >> ResponseBody(chunk=b"answered", end_of_stream=False)
        << JUDGE_RESPONSE
        >> FORWARD
        << SEND_RESPONSE
        >> RESPONSE_TRAILERS
        << DROP_RESPONSE_TRAILERS
    )


def test_trailers_in_place_of_a_response_body_are_judged_as_an_empty_one() -> None:
    judged = (
        forwarded()
        >> HEAD
        << judge_response_head()
        >> FORWARD
        << SEND_HEAD
        >> RESPONSE_TRAILERS
        << Evaluate(subject=ResponseDocument(body=b""))
    )
    assert judged >> FORWARD << DROP_RESPONSE_TRAILERS


def test_a_body_that_would_replace_trailers_is_sent_as_a_reply_of_its_own() -> None:
    answer = Forward(body=b"error", set_headers=(("content-type", "application/json"),), metadata={"a": "b"})
    assert (
        forwarded()
        >> HEAD
        << judge_response_head()
        >> FORWARD
        << SEND_HEAD
        >> RESPONSE_TRAILERS
        << Evaluate(subject=ResponseDocument(body=b""))
        >> Evaluated(answer=answer)
        << Reply(
            status=502,
            body=b"error",
            details="mcp_extproc_no_body",
            headers=(("content-type", "application/json"),),
            metadata={"a": "b"},
        )
    )


def test_an_event_is_sent_only_after_its_own_decision() -> None:
    assert (
        streaming()
        >> chunk(b"data: 1\n\n")
        << judge_event(b"1")
        >> emit(b"one")
        << sent(b"one")
        >> chunk(b"data: 2\n\n")
        << judge_event(b"2")
        >> emit(b"two")
        << sent(b"two")
    )


def test_an_event_split_over_chunks_is_judged_once_and_whole() -> None:
    assert (
        streaming()
        >> chunk(b"data: {")
        >> chunk(b"}\n")
        >> chunk(b"\n")
        << judge_event(b"{}")
        >> emit(b"x")
        << sent(b"x")
    )


def test_several_events_in_one_chunk_are_judged_one_after_the_other() -> None:
    assert (
        streaming()
        >> chunk(b"data: 1\n\ndata: 2\n\n: \n")
        << judge_event(b"1")
        >> emit(b"one")
        << sent(b"one")
        << judge_event(b"2")
        >> emit(b"two")
        << sent(b"two")
        << Evaluate(subject=StreamItem(item=SseComment()))
        >> emit(b"")
    )


def test_what_is_answered_at_the_start_of_a_stream_goes_out_with_the_first_event() -> None:
    assert (
        forwarded()
        >> HEAD
        << judge_response_head()
        >> Evaluated(answer=Stream(first=b"refusal,"))
        << START_STREAM
        >> chunk(b"data: 1\n\n")
        << judge_event(b"1")
        >> emit(b"one")
        << sent(b"refusal,one")
        >> chunk(b"data: 2\n\n")
        << judge_event(b"2")
        >> emit(b"two")
        << sent(b"two")
    )


def test_what_is_answered_at_the_start_of_a_stream_goes_out_though_nothing_follows() -> None:
    started = forwarded() >> HEAD << judge_response_head() >> Evaluated(answer=Stream(first=b"refusal")) << START_STREAM
    assert started >> chunk(b"", end=True) << judge_end() >> LAST << sent(b"refusal", end=True)


def test_a_stream_that_the_server_ends_is_ended_after_its_last_event() -> None:
    assert (
        streaming()
        >> chunk(b"id: 7\ndata: 1\n\n", end=True)
        << judge_event(b"1", id="7")
        >> emit(b"one")
        << sent(b"one")
        << judge_end(resumable=True)
        >> LAST
        << CLOSE_STREAM
    )


def test_a_stream_that_trailers_end_is_closed_by_them() -> None:
    assert (
        streaming()
        >> RESPONSE_TRAILERS
        << judge_end()
        >> emit(b"missing", end=True)
        << sent(b"missing")
        << DROP_RESPONSE_TRAILERS
    )
    assert streaming() >> RESPONSE_TRAILERS << judge_end() >> LAST << DROP_RESPONSE_TRAILERS


def test_after_an_early_end_nothing_of_the_stream_goes_on() -> None:
    assert (
        streaming()
        >> chunk(b"data: 1\n\ndata: 2\n\n")
        << judge_event(b"1")
        >> emit(b"error", end=True)
        << sent(b"error", end=True)
        >> chunk(b"data: 3\n\n")
        >> END
    )


def test_an_event_that_cannot_be_read_is_judged_as_a_fault() -> None:
    fault = Evaluate(subject=StreamItem(item=SseFault(reason="event_too_large")))
    assert streaming() >> chunk(b"data: " + b"x" * 2000) << fault >> LAST << CLOSE_STREAM


def test_an_unfinished_event_at_the_end_is_dropped() -> None:
    assert streaming() >> chunk(b"data: half", end=True) << judge_end() >> LAST << CLOSE_STREAM


@pytest.mark.parametrize("opening", [Playbook(), Playbook() >> POST << ASK_FOR_BODY], ids=["first", "before-the-body"])
def test_a_response_that_envoy_makes_itself_is_judged_as_local(opening: Playbook) -> None:
    assert opening >> HEAD << judge_response_head(local=True) >> FORWARD << SEND_HEAD >> WHOLE << JUDGE_RESPONSE


@pytest.mark.parametrize("opening", [Playbook(), Playbook() >> POST << ASK_FOR_BODY], ids=["first", "before-the-body"])
def test_a_bodyless_response_that_envoy_makes_itself_is_judged_as_local(opening: Playbook) -> None:
    assert opening >> HEAD_ALONE << judge_response_head(bodyless=True, local=True) >> RESPOND << REPLY


def test_a_held_request_head_is_answered_later() -> None:
    held = Playbook() >> GET << JUDGE_HEAD >> PENDING << wait(Part.REQUEST_HEADERS)
    assert held >> FORWARD << SEND_REQUEST_HEAD
    assert Playbook() >> GET << JUDGE_HEAD >> PENDING << wait(Part.REQUEST_HEADERS) >> RESPOND << REPLY


@pytest.mark.parametrize(("answer", "command"), [(FORWARD, SEND_REQUEST), (RESPOND, REPLY)], ids=["go-on", "refused"])
def test_a_held_request_is_answered_later(answer: Evaluated, command: Continue | Reply) -> None:
    held = Playbook() >> POST << ASK_FOR_BODY >> BODY << JUDGE_BODY >> PENDING << wait(Part.REQUEST_BODY)
    assert held >> answer << command


@pytest.mark.parametrize(("answer", "command"), [(FORWARD, SEND_RESPONSE), (RESPOND, REPLY)], ids=["go-on", "refused"])
def test_a_held_response_is_answered_later(answer: Evaluated, command: Continue | Reply) -> None:
    held = (
        forwarded()
        >> HEAD
        << judge_response_head()
        >> FORWARD
        << SEND_HEAD
        >> WHOLE
        << JUDGE_RESPONSE
        >> PENDING
        << wait(Part.RESPONSE_BODY)
    )
    assert held >> answer << command


def test_a_held_event_keeps_those_behind_it_waiting() -> None:
    assert (
        streaming()
        >> chunk(b"data: 1\n\ndata: 2\n\n")
        << judge_event(b"1")
        >> PENDING
        << wait(Part.RESPONSE_BODY)
        >> emit(b"one")
        << sent(b"one")
        << judge_event(b"2")
        >> PENDING
        << wait(Part.RESPONSE_BODY)
        >> emit(b"two")
        << sent(b"two")
    )


def test_a_held_event_can_end_the_stream() -> None:
    held = streaming() >> chunk(b"data: 1\n\n") << judge_event(b"1") >> PENDING << wait(Part.RESPONSE_BODY)
    assert held >> emit(b"refused", end=True) << sent(b"refused", end=True)


@pytest.mark.parametrize(
    "modes",
    [
        pytest.param(None, id="not-stated"),
        pytest.param(Modes(request_body=BodyMode.NONE, response_body=BodyMode.BUFFERED), id="request-none"),
        pytest.param(Modes(request_body=BodyMode.STREAMED, response_body=BodyMode.BUFFERED), id="request-streamed"),
        pytest.param(Modes(request_body=BodyMode.BUFFERED_PARTIAL, response_body=BodyMode.BUFFERED), id="partial"),
        pytest.param(Modes(request_body=BodyMode.BUFFERED, response_body=BodyMode.NONE), id="response-none"),
        pytest.param(Modes(request_body=BodyMode.BUFFERED, response_body=BodyMode.FULL_DUPLEX_STREAMED), id="fds"),
        pytest.param(
            Modes(request_body=BodyMode.BUFFERED, response_body=BodyMode.BUFFERED, observe_only=True), id="observe-only"
        ),
    ],
)
def test_an_envoy_with_other_modes_is_refused_at_the_first_message(modes: Modes | None) -> None:
    refusal = WRONG_MODES
    assert Playbook() >> RequestHeaders(headers=ASKED, modes=modes) << refusal
    assert Playbook() >> RequestHeaders(headers=ASKED, modes=modes, end_of_stream=True) << refusal


def test_metadata_travels_with_each_kind_of_reply() -> None:
    told = {"outcome": "deny"}
    answer = Respond(status=200, body=b"{}", details="mcp_extproc_denied", metadata=told)
    reply = Reply(status=200, body=b"{}", details="mcp_extproc_denied", metadata=told)
    assert Playbook() >> POST << ASK_FOR_BODY >> BODY << JUDGE_BODY >> Evaluated(answer=answer) << reply
    event = Evaluated(answer=Emit(frames=b"x", metadata=told))
    assert streaming() >> chunk(b"data: 1\n\n") << judge_event(b"1") >> event << replace(sent(b"x"), metadata=told)


def test_every_name_of_a_trailer_is_removed() -> None:
    names = ("x-a", "x-b", "grpc-status")
    drop = Continue(part=Part.RESPONSE_TRAILERS, remove_headers=names)
    assert (
        forwarded()
        >> HEAD_ALONE
        << judge_response_head(bodyless=True)
        >> FORWARD
        << SEND_HEAD
        >> ResponseTrailers(names=names)
        << drop
    )


def test_the_request_head_is_judged_together_with_the_body() -> None:
    [command] = (Playbook() >> POST << ASK_FOR_BODY).play().receive(BODY)
    assert command == Evaluate(subject=RequestDocument(headers=ASKED, body=b"asked"))


def test_the_server_is_told_neither_to_compress_nor_to_read_another_method_or_path() -> None:
    assert set(REMOVED_HEADERS) >= {"accept-encoding", "x-http-method-override", "x-original-url", "x-rewrite-url"}


def test_headers_that_must_not_go_on_are_removed_with_the_others_and_again_with_a_head_alone() -> None:
    machine = ExchangeMachine(event_bytes=100, removed_headers=("authorization",))
    (asked,) = machine.receive(POST)
    assert asked == Continue(part=Part.REQUEST_HEADERS, remove_headers=(*REMOVED_HEADERS, "authorization"))
    alone = ExchangeMachine(event_bytes=100, removed_headers=("authorization", "x-token"))
    alone.receive(replace(POST, end_of_stream=True))
    kept = (("authorization", "Bearer x"),)
    (went,) = alone.receive(Evaluated(answer=Forward(set_headers=kept)))
    expected = Continue(part=Part.REQUEST_HEADERS, set_headers=kept, remove_headers=(*REMOVED_HEADERS, "x-token"))
    assert went == expected


def test_what_envoy_attests_comes_with_the_question() -> None:
    told = Attested(claims={"jwt": {"sub": "ada"}})
    machine = ExchangeMachine(event_bytes=100)
    machine.receive(replace(POST, attested=told))
    (asked,) = machine.receive(RequestBody(chunk=b"{}"))
    assert isinstance(asked, Evaluate)
    assert isinstance(asked.subject, RequestDocument)
    assert asked.subject.attested is told


def test_what_is_held_back_is_asked_for_again_when_nothing_else_comes() -> None:
    held = streaming() >> chunk(b"data: 1\n\n") << judge_event(b"1") >> emit(b"", wait=0.1)
    assert held.play().patience == 0.1
    over = held >> Elapsed() << JUDGE_REST >> emit(b"data: 1\n\n") << sent(b"data: 1\n\n")
    assert over.play().patience is None


def test_the_edge_waits_for_nothing_once_the_stream_is_over() -> None:
    held = streaming() >> chunk(b"data: 1\n\n") << judge_event(b"1") >> emit(b"", wait=0.1)
    ended = (
        held >> chunk(b"", end=True) << judge_end() >> emit(b"data: 1\n\n", end=True) << sent(b"data: 1\n\n", end=True)
    )
    assert ended.play().patience is None
