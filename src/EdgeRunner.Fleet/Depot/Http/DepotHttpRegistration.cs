namespace EdgeRunner.Fleet.Depot.Http;

/// <summary>The HTTP side of a depot.</summary>
internal static class DepotHttpRegistration
{
    /// <summary>Adds it; nothing when no address is named.</summary>
    internal static void AddDepotHttp(this IServiceCollection services, DepotOptions options)
    {
        if (options.Http.Addresses.Count == 0)
        {
            return;
        }
        services.AddSingleton<HttpTraffic>();
        services.AddSingleton<RepositoryEndpoint>();
        services.AddSingleton<RoleExpiries>();
        services.AddSingleton<MetricsPage>();
        services.AddSingleton<DepotSite>();
        services.AddSingleton<DepotHttpServer>();
        services.AddHostedService(provider => provider.GetRequiredService<DepotHttpServer>());
    }
}
