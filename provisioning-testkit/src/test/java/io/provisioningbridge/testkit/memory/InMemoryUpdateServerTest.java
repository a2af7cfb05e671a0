package io.provisioningbridge.testkit.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.UpdateServer;
import io.provisioningbridge.core.port.UpdateServer.Result;
import io.provisioningbridge.core.port.UpdateServer.Seen;
import io.provisioningbridge.core.port.UpdateServer.Target;
import io.provisioningbridge.testkit.contract.UpdateServerContract;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InMemoryUpdateServerTest implements UpdateServerContract {

    private static final List<String> OPERATIONS = List.of("put", "remove", "find", "list");

    private final FaultPlan faults = new FaultPlan();
    private final InMemoryUpdateServer server = new InMemoryUpdateServer(faults);

    @Override
    public UpdateServer server() {
        return server;
    }

    @Override
    public Map<String, Seen> known() {
        return server.known();
    }

    @Override
    public void addForeign(Seen target) {
        server.addForeign(target);
    }

    @Override
    public void goAway() {
        OPERATIONS.forEach(faults::breakDown);
    }

    @Override
    public void comeBack() {
        OPERATIONS.forEach(faults::heal);
    }

    @Test
    void resultShouldTellWhichOneIsNotDone() {
        List<DeviceId> ids = List.of(new DeviceId("dev-1"), new DeviceId("dev-2"), new DeviceId("dev-3"));
        server.refuse(ids.get(0));
        server.busy(ids.get(1));

        List<Result> results = server.put(ids.stream()
                .map(id -> new Target(id, id.text(), "", Optional.empty(), Optional.empty()))
                .toList());

        assertThat(results.get(0)).isInstanceOf(Result.Refused.class);
        assertThat(results.get(1)).isInstanceOf(Result.Later.class);
        assertThat(results.get(2)).isEqualTo(new Result.Done());
        assertThat(known()).containsOnlyKeys("dev-3");

        server.idle(ids.get(1));
        assertThat(server.remove(ids).get(1)).isEqualTo(new Result.Done());
    }
}
