package io.provisioningbridge.offenders.core;

/** Breaks: the core knows the JDK only. */
final class DependsOnLogging {

    final org.slf4j.Logger log = org.slf4j.LoggerFactory.getLogger(DependsOnLogging.class);
}
