package io.provisioningbridge.offenders.core.port;

import io.provisioningbridge.offenders.core.enrollment.TellsTheTime;

/** Breaks: ports speak the words of the domain. */
interface PortThatKnowsAUseCase {

    void put(TellsTheTime useCase);
}
