using System.Diagnostics;
using System.IO.Pipes;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Native.Tests.Linux;

public sealed class FileDescriptorPollTests
{
    [Fact]
    public void An_empty_pipe_times_out_after_the_given_time_and_no_earlier()
    {
        using var server = new AnonymousPipeServerStream(PipeDirection.In);
        var start = Stopwatch.GetTimestamp();
        Assert.False(FileDescriptorPoll.WaitReadable(server.SafePipeHandle, 50));
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(50));
        Assert.False(FileDescriptorPoll.WaitReadable(server.SafePipeHandle, 0));
    }

    [Fact]
    public void A_pipe_with_a_byte_or_with_its_writer_gone_is_readable()
    {
        using var server = new AnonymousPipeServerStream(PipeDirection.In);
        using (var client = new AnonymousPipeClientStream(PipeDirection.Out, server.ClientSafePipeHandle))
        {
            client.WriteByte(1);
            Assert.True(FileDescriptorPoll.WaitReadable(server.SafePipeHandle, 5000));
            Assert.Equal(1, server.ReadByte());
        }

        server.DisposeLocalCopyOfClientHandle();
        Assert.True(FileDescriptorPoll.WaitReadable(server.SafePipeHandle, -1));
        Assert.Equal(-1, server.ReadByte());
    }

    [Fact]
    public void A_byte_written_during_the_wait_ends_it()
    {
        using var server = new AnonymousPipeServerStream(PipeDirection.In);
        using var client = new AnonymousPipeClientStream(PipeDirection.Out, server.ClientSafePipeHandle);
        var writer = new Thread(() =>
        {
            Thread.Sleep(30);
            client.WriteByte(7);
        });
        writer.Start();
        Assert.True(FileDescriptorPoll.WaitReadable(server.SafePipeHandle, 20_000));
        writer.Join();
    }

    [Fact]
    public void A_closed_handle_is_an_ObjectDisposedException()
    {
        using var server = new AnonymousPipeServerStream(PipeDirection.In);
        var handle = server.SafePipeHandle;
        handle.Dispose();
        Assert.Throws<ObjectDisposedException>(() => FileDescriptorPoll.WaitReadable(handle, 0));
    }

    [Fact]
    public void The_pipe_buffer_takes_the_size_rounded_to_pages_and_says_so()
    {
        using var server = new AnonymousPipeServerStream(PipeDirection.In);
        Assert.Equal(4096, PipeBuffer.SetSize(server.SafePipeHandle, 100));
        Assert.Equal(16384, PipeBuffer.SetSize(server.SafePipeHandle, 12_000));
        using var file = File.OpenHandle("/dev/null");
        Assert.Throws<IOException>(() => PipeBuffer.SetSize(file, 4096));
    }
}
