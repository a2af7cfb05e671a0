package io.provisioningbridge.adapter.stepca;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import io.provisioningbridge.core.port.BackendUnavailableException;
import org.assertj.core.api.ThrowingConsumer;

/** How an operation is to fail; for {@code assertThatThrownBy(…).satisfies(…)}. */
final class Failing {

    private Failing() {}

    static ThrowingConsumer<Throwable> unavailable(Effect effect) {
        return thrown -> assertThat(thrown)
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        unavailable -> assertThat(unavailable.effect()).isEqualTo(effect));
    }

    static ThrowingConsumer<Throwable> refused(Fault fault, Effect effect) {
        return thrown -> assertThat(thrown).isInstanceOfSatisfying(BackendRefusedException.class, refused -> {
            assertThat(refused.fault()).isEqualTo(fault);
            assertThat(refused.effect()).isEqualTo(effect);
        });
    }
}
