package io.provisioningbridge.simulators.thingsboard;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** MQTT over TLS; a client certificate is wanted, not needed. */
final class MqttServer implements AutoCloseable {

    private static final int SECONDS_TO_END = 10;
    private static final int LARGEST_MESSAGE = 65_536;

    private final EventLoopGroup loops = new NioEventLoopGroup(2);
    private final Channel listener;

    MqttServer(ServerIdentity identity, InetAddress address, Admission admission, Sessions sessions) {
        SslContext tls = tls(identity);
        this.listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(tls.newHandler(channel.alloc()))
                                .addLast(new MqttDecoder(LARGEST_MESSAGE))
                                .addLast(MqttEncoder.INSTANCE)
                                .addLast(new MqttConnection(admission, sessions));
                    }
                })
                .bind(new InetSocketAddress(address, 0))
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    private static SslContext tls(ServerIdentity identity) {
        try {
            return SslContextBuilder.forServer(identity.key(), identity.chain().toArray(X509Certificate[]::new))
                    .sslProvider(SslProvider.JDK)
                    .clientAuth(ClientAuth.OPTIONAL)
                    .trustManager(new ClientTrust(identity.chain().get(0)))
                    .build();
        } catch (SSLException e) {
            throw new IllegalArgumentException("the server's key and certificate do not do", e);
        }
    }

    @Override
    public void close() {
        boolean closed = listener.close().awaitUninterruptibly(SECONDS_TO_END, TimeUnit.SECONDS)
                && loops.shutdownGracefully(0, 1, TimeUnit.SECONDS)
                        .awaitUninterruptibly(SECONDS_TO_END, TimeUnit.SECONDS);
        if (!closed) {
            throw new IllegalStateException("the MQTT server did not end");
        }
    }
}
