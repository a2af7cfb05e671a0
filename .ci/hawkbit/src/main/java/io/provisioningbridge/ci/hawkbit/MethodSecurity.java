package io.provisioningbridge.ci.hawkbit;

import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.method.configuration.EnableGlobalMethodSecurity;
import org.springframework.security.config.annotation.method.configuration.GlobalMethodSecurityConfiguration;

/**
 * Without it everybody who logs in may do everything: hawkBit declares its permissions for a weaver that nobody starts, and
 * the variant with proxies is only switched on by its user interface.
 */
@Configuration
@EnableGlobalMethodSecurity(securedEnabled = true, prePostEnabled = true, proxyTargetClass = true)
public class MethodSecurity extends GlobalMethodSecurityConfiguration {}
