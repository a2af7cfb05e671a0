package io.provisioningbridge.core.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Observation;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.port.WorkQueue.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BreakerTest {

    private static final Instant T = Instant.parse("2026-03-01T12:00:00Z");
    private static final int BATCH = 10;
    private static final Observation SEEN = new Observation(T, Evidence.OBSERVED, "there");
    private static final Verdict DONE = new Verdict.Done(SEEN, Optional.empty());
    private static final Verdict UNASKED = new Verdict.Unasked(SEEN, Optional.empty());
    private static final Verdict LATER = new Verdict.Later("still there", Duration.ofSeconds(1));
    private static final Verdict REFUSED = new Verdict.Refused("never");
    private static final Verdict TROUBLED = new Verdict.Troubled("500", Duration.ofSeconds(1));
    private static final Verdict DOWN = new Verdict.Unavailable("no route", Duration.ofSeconds(1));

    private final Breaker breaker = new Breaker(new Random(1));

    private static Task task(String device) {
        Lane lane = new Lane(
                new DeviceId(device), Backend.PLATFORM, 1, 0, false, T, Optional.of(T), 0, "", Optional.empty());
        return new Task(lane, 1, T, false);
    }

    private void note(Instant now, Verdict... verdicts) {
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < verdicts.length; i++) {
            tasks.add(task("dev-" + i));
        }
        breaker.note(tasks, Arrays.asList(verdicts), now);
    }

    private int admitted(Instant now) {
        return breaker.admits(BATCH, now);
    }

    static List<Verdict> verdictsThatSayNothingOfTheSystem() {
        return List.of(DONE, UNASKED, LATER, REFUSED, TROUBLED, new Verdict.Postponed());
    }

    @ParameterizedTest
    @MethodSource("verdictsThatSayNothingOfTheSystem")
    void oneDevicesTroubleShouldKeepNobodyElseWaiting(Verdict verdict) {
        note(T, verdict);
        assertThat(admitted(T)).isEqualTo(BATCH);
        note(T, verdict);
        assertThat(admitted(T)).as("the same device again").isEqualTo(BATCH);
        note(T, TROUBLED, DONE, TROUBLED, DONE, TROUBLED);
        assertThat(admitted(T)).as("every other one").isEqualTo(BATCH);
    }

    @Test
    void systemThatFailsForTwoDevicesInARowShouldBeTriedWithOneAtATime() {
        note(T, DONE, TROUBLED, TROUBLED, new Verdict.Postponed());
        assertThat(admitted(T)).isZero();
        Instant now = breaker.closesAt();
        assertThat(now).isBeforeOrEqualTo(T.plusSeconds(1));
        note(now, TROUBLED, TROUBLED);
        assertThat(admitted(now)).isZero();
        now = breaker.closesAt();
        assertThat(admitted(now)).isEqualTo(1);
        note(now, TROUBLED);
        assertThat(admitted(now)).as("known to be down").isZero();
    }

    @Test
    void twoDevicesInARowShouldCountAcrossBatches() {
        breaker.note(List.of(task("a")), List.of(TROUBLED), T);
        breaker.note(List.of(task("b")), List.of(TROUBLED), T);
        assertThat(admitted(T)).isZero();
    }

    @Test
    void systemThatIsDownShouldBeTriedAtGrowingIntervalsAMinuteAtMost() {
        Instant now = T;
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            note(now, DOWN);
            waits.add(Duration.between(now, breaker.closesAt()).toMillis());
            assertThat(admitted(breaker.closesAt().minusMillis(1))).isZero();
            now = breaker.closesAt();
            assertThat(admitted(now)).isEqualTo(1);
        }
        assertThat(waits.get(0)).isLessThanOrEqualTo(1_000);
        assertThat(waits).allMatch(wait -> wait <= 60_000);
        assertThat(waits.get(11)).isGreaterThanOrEqualTo(30_000);
    }

    @ParameterizedTest
    @MethodSource("answers")
    void answerShouldEndIt(Verdict answer) {
        note(T, DOWN);
        Instant now = breaker.closesAt();
        note(now, answer);
        assertThat(admitted(now)).isEqualTo(BATCH);
    }

    static List<Verdict> answers() {
        return List.of(DONE, LATER, REFUSED);
    }

    @ParameterizedTest
    @MethodSource("noAnswers")
    void deviceTheSystemWasNotAskedAboutShouldNotEndIt(Verdict verdict) {
        note(T, DOWN);
        Instant now = breaker.closesAt();
        note(now, verdict);
        assertThat(admitted(now)).isEqualTo(1);
    }

    static List<Verdict> noAnswers() {
        return List.of(UNASKED, new Verdict.Postponed());
    }

    /** Eight workers at a limited rate: what some of them got done is no reason for the others to go on. */
    @Test
    void systemThatSaysWhenToComeBackShouldRestUntilThenWhateverItDidMeanwhile() {
        Verdict limited = new Verdict.Unavailable("429", Duration.ofMinutes(2));
        note(T, DONE, DONE, limited, new Verdict.Postponed());
        assertThat(breaker.closesAt()).isEqualTo(T.plus(Duration.ofMinutes(2)));
        note(T.plusSeconds(1), DONE, DONE, DONE);
        assertThat(admitted(T.plusSeconds(119))).isZero();
        assertThat(admitted(T.plusSeconds(120)))
                .as("caught up as fast as it lets")
                .isEqualTo(BATCH);
    }

    @Test
    void systemThatFailedForTwoInARowShouldRestAsLongAsItAskedFor() {
        Verdict limited = new Verdict.Troubled("429", Duration.ofSeconds(5));
        note(T, DONE, limited, limited, new Verdict.Postponed());
        note(T, DONE);
        assertThat(breaker.closesAt()).isEqualTo(T.plusSeconds(5));
    }

    @Test
    void nobodyShouldWaitLongerThanFiveMinutesForASystemThatAsksForMore() {
        note(T, new Verdict.Unavailable("back on Monday", Duration.ofDays(3)));
        assertThat(admitted(T.plus(Duration.ofMinutes(5)))).isEqualTo(1);
    }
}
