package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.port.Change;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The points of a bridge's life, in order, up to the one where it ends. Not safe for concurrent use. */
final class Points implements Consumer<String> {

    /** Thrown where it ends, and wherever a dead one would go on. */
    static final class Killed extends RuntimeException {

        private static final long serialVersionUID = 1;

        Killed(String point) {
            super(point);
        }
    }

    /** What of a store and its queue is a commit. */
    static final Set<String> COMMITS = Set.of("commit", "lease", "finish", "hint");

    /** What of an outside system is a call. */
    static final Set<String> CALLS = Set.of("sign", "revoke", "put", "remove", "observe");

    /** What of the update server is a call. */
    static final Map<String, String> TARGET_CALLS = Map.of("put", RemoteTargets.PUT, "remove", RemoteTargets.REMOVE);

    /** What of the platform is a call. */
    static final Map<String, String> PLATFORM_CALLS =
            Map.of("put", RemotePlatform.PUT, "remove", RemotePlatform.REMOVE);

    /** Calls that only look: to end there is to end after what was before. */
    static final Set<String> LOOKS = Set.of(RemoteTargets.FIND, RemotePlatform.LOOK);

    private final int last;
    private final Runnable kill;
    private final List<String> passed = new ArrayList<>();

    /** @param last the number of the point where it ends, from 1 */
    Points(int last, Runnable kill) {
        this.last = last;
        this.kill = kill;
    }

    List<String> passed() {
        return List.copyOf(passed);
    }

    @Override
    public void accept(String point) {
        if (passed.size() < last) {
            passed.add(point);
            if (passed.size() == last) {
                kill.run();
            }
        }
        if (passed.size() == last) {
            throw new Killed(point);
        }
    }

    /** The same port, which comes to a point before and after each of some methods. */
    static <T> T around(Class<T> port, T original, Set<String> methods, Consumer<String> points) {
        return around(
                port, original, methods.stream().collect(Collectors.toMap(method -> method, method -> method)), points);
    }

    /** @param methods and what their points are called */
    static <T> T around(Class<T> port, T original, Map<String, String> methods, Consumer<String> points) {
        return port.cast(Proxy.newProxyInstance(
                port.getClassLoader(), new Class<?>[] {port}, (proxy, method, values) -> {
                    boolean counts = methods.containsKey(method.getName());
                    String what = counts && values != null && values[0] instanceof Change change
                            ? change.getClass().getSimpleName()
                            : methods.getOrDefault(method.getName(), "");
                    if (counts) {
                        points.accept("before " + what);
                    }
                    Object result;
                    try {
                        result = method.invoke(original, values);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    // Leasing nothing writes nothing.
                    boolean nothing = method.getName().equals("lease")
                            && result instanceof Collection<?> tasks
                            && tasks.isEmpty();
                    if (counts && !nothing) {
                        points.accept("after " + what);
                    }
                    return result;
                }));
    }
}
