@NullMarked
package io.provisioningbridge.adapter.stepca;

import org.jspecify.annotations.NullMarked;
