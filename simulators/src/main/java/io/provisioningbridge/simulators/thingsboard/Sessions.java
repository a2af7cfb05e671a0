package io.provisioningbridge.simulators.thingsboard;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** At most one connection for each device: a second one ends the first. Safe for concurrent use. */
final class Sessions {

    private final Map<String, Channel> channels = new ConcurrentHashMap<>();

    void open(String deviceId, Channel channel) {
        Channel before = channels.put(deviceId, channel);
        if (before != null) {
            end(before);
        }
    }

    /** A channel has closed. @return whether it was the device's connection until now */
    boolean closed(String deviceId, Channel channel) {
        return channels.remove(deviceId, channel);
    }

    /** Ends the device's connection, if it has one. */
    void close(String deviceId) {
        Channel channel = channels.get(deviceId);
        if (channel != null) {
            end(channel);
        }
    }

    boolean isConnected(String deviceId) {
        return channels.containsKey(deviceId);
    }

    static void end(Channel channel) {
        channel.close().addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }
}
