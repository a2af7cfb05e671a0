package io.provisioningbridge.simulators.thingsboard;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttTopicSubscription;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;

/** One device's connection, MQTT 3.1.1. What it publishes is acknowledged and dropped. */
final class MqttConnection extends SimpleChannelInboundHandler<MqttMessage> {

    private final Admission admission;
    private final Sessions sessions;

    MqttConnection(Admission admission, Sessions sessions) {
        this.admission = admission;
        this.sessions = sessions;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, MqttMessage message) {
        if (message.decoderResult().isFailure()) {
            end(context);
            return;
        }
        switch (message.fixedHeader().messageType()) {
            case CONNECT -> connect(context, (MqttConnectMessage) message);
            case SUBSCRIBE -> subscribe(context, (MqttSubscribeMessage) message);
            case UNSUBSCRIBE ->
                send(
                        context,
                        MqttMessageBuilders.unsubAck()
                                .packetId(((MqttUnsubscribeMessage) message)
                                        .variableHeader()
                                        .messageId())
                                .build());
            case PUBLISH -> publish(context, (MqttPublishMessage) message);
            case PINGREQ ->
                send(
                        context,
                        new MqttMessage(
                                new MqttFixedHeader(MqttMessageType.PINGRESP, false, MqttQoS.AT_MOST_ONCE, false, 0)));
            case DISCONNECT -> end(context);
            default -> {
                // What else a client sends needs no answer.
            }
        }
    }

    private void connect(ChannelHandlerContext context, MqttConnectMessage message) {
        List<X509Certificate> chain = presented(context);
        String token = Optional.ofNullable(message.payload().userName()).orElse("");
        if (chain.isEmpty() && token.isEmpty()) {
            refuse(context, MqttConnectReturnCode.CONNECTION_REFUSED_IDENTIFIER_REJECTED);
            return;
        }
        Optional<String> device = chain.isEmpty() ? admission.byToken(token) : admission.byCertificate(chain);
        if (device.isEmpty()) {
            refuse(context, MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED);
            return;
        }
        sessions.open(device.get(), context.channel());
        context.channel().closeFuture().addListener(closed -> {
            if (sessions.closed(device.get(), context.channel())) {
                admission.disconnected(device.get());
            }
        });
        send(
                context,
                MqttMessageBuilders.connAck()
                        .returnCode(MqttConnectReturnCode.CONNECTION_ACCEPTED)
                        .build());
        admission.connected(device.get());
    }

    private static List<X509Certificate> presented(ChannelHandlerContext context) {
        try {
            SslHandler tls = context.pipeline().get(SslHandler.class);
            return Arrays.stream(tls.engine().getSession().getPeerCertificates())
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (SSLPeerUnverifiedException none) {
            return List.of();
        }
    }

    private static void refuse(ChannelHandlerContext context, MqttConnectReturnCode code) {
        context.writeAndFlush(MqttMessageBuilders.connAck().returnCode(code).build())
                .addListener(ChannelFutureListener.CLOSE);
    }

    private static void subscribe(ChannelHandlerContext context, MqttSubscribeMessage message) {
        MqttMessageBuilders.SubAckBuilder answer =
                MqttMessageBuilders.subAck().packetId(message.variableHeader().messageId());
        for (MqttTopicSubscription subscription : message.payload().topicSubscriptions()) {
            answer.addGrantedQos(subscription.qualityOfService());
        }
        send(context, answer.build());
    }

    private static void publish(ChannelHandlerContext context, MqttPublishMessage message) {
        if (message.fixedHeader().qosLevel() == MqttQoS.AT_LEAST_ONCE) {
            send(
                    context,
                    MqttMessageBuilders.pubAck()
                            .packetId(message.variableHeader().packetId())
                            .build());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        end(context);
    }

    /** Sends an answer; a connection that cannot take it is of no use. */
    private static void send(ChannelHandlerContext context, MqttMessage answer) {
        context.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    private static void end(ChannelHandlerContext context) {
        Sessions.end(context.channel());
    }
}
