package io.provisioningbridge.ci.hawkbit;

import org.eclipse.hawkbit.autoconfigure.security.EnableHawkbitManagedSecurityConfiguration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** hawkBit with its Management API and its device API, an in-memory database, and no user interface. */
@SpringBootApplication
@EnableHawkbitManagedSecurityConfiguration
public class HawkbitServer {

    public static void main(String[] arguments) {
        SpringApplication.run(HawkbitServer.class, arguments);
    }
}
